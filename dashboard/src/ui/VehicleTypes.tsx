import { useMemo } from 'react'

import type { VehicleType } from '../contract/vehicle.ts'
import { whole } from '../format.ts'
import { setView, useCity } from '../state/store.ts'
import { countByType, listedTypes } from '../state/vehicles.ts'
import { typeToggled } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { VehicleShape } from './VehicleShape.tsx'

const SAY = STRINGS.vehicle

/** What the shapes on the map mean, how many there are of each, and which are shown. */
export function VehicleTypes() {
  const vehicles = useCity((state) => state.shown.vehicles)
  const hidden = useCity((state) => state.view.hiddenTypes)
  const counts = useMemo(() => countByType(vehicles.things.values()), [vehicles.things])
  return (
    <section className="vehicle-types" aria-labelledby="vehicle-types" data-testid="vehicle-types">
      <h3 id="vehicle-types">
        {SAY.shown}
        {hidden.length > 0 && (
          <button type="button" className="link" onClick={showAll}>
            {SAY.showAll}
          </button>
        )}
      </h3>
      <ul>
        {listedTypes(counts, hidden).map((type) => (
          <Type key={type} type={type} count={counts.get(type) ?? 0} isShown={!hidden.includes(type)} />
        ))}
      </ul>
    </section>
  )
}

interface TypeProps {
  readonly type: VehicleType
  readonly count: number
  readonly isShown: boolean
}

function Type({ type, count, isShown }: TypeProps) {
  return (
    <li>
      <button
        type="button"
        className="vehicle-type"
        role="switch"
        aria-checked={isShown}
        data-vehicle={type}
        onClick={() => {
          setView((view) => typeToggled(view, type))
        }}
      >
        <VehicleShape type={type} />
        <span>{SAY.types[type]}</span>
        <span className="legend-count">{whole(count)}</span>
      </button>
    </li>
  )
}

function showAll(): void {
  setView((view) => ({ ...view, hiddenTypes: [] }))
}
