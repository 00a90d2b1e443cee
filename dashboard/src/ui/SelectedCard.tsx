import type { ComponentType } from 'react'

import type { SelectableKind } from '../state/selection.ts'
import { useCity } from '../state/store.ts'
import { CameraCard } from './cards/CameraCard.tsx'
import { HospitalCard } from './cards/HospitalCard.tsx'
import { IncidentCard } from './cards/IncidentCard.tsx'
import { RoadCard } from './cards/RoadCard.tsx'
import { SensorCard } from './cards/SensorCard.tsx'
import { StackCard } from './cards/StackCard.tsx'
import { StationCard } from './cards/StationCard.tsx'
import { VehicleCard } from './cards/VehicleCard.tsx'
import { useFocusBack } from './useFocusBack.ts'

const CARDS: Readonly<Record<SelectableKind, ComponentType<{ readonly id: string }>>> = {
  incident: IncidentCard,
  vehicle: VehicleCard,
  road: RoadCard,
  hospital: HospitalCard,
  camera: CameraCard,
  station: StationCard,
  sensor: SensorCard,
}

/** Of the one thing that is chosen, or of several to choose of; nothing while nothing is. */
export function SelectedCard() {
  const selection = useCity((state) => state.view.selection)
  const stack = useCity((state) => state.view.stack)
  useFocusBack(selection !== null || stack !== null)
  if (stack !== null) return <StackCard ids={stack} />
  if (selection === null) return null
  const Card = CARDS[selection.kind]
  return <Card key={`${selection.kind} ${selection.id}`} id={selection.id} />
}
