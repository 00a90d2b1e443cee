/** A view in which a thing can be seen, whatever was switched off. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { SelectableKind } from './selection.ts'
import { typeToggled, type Layer, type View } from './view.ts'

/** Which switch shows it; roads are always there. */
const SWITCHES: Readonly<Record<SelectableKind, Layer | null>> = {
  incident: 'incidents',
  vehicle: 'vehicles',
  road: null,
  hospital: 'hospitals',
  camera: 'cameras',
  station: 'stations',
  sensor: 'sensors',
}

/** `type`: of a vehicle. */
export function revealed(view: View, kind: SelectableKind, type: VehicleType | null): View {
  const layer = SWITCHES[kind]
  const layers = layer === null || view.layers[layer] ? view.layers : { ...view.layers, [layer]: true }
  const shown = type !== null && view.hiddenTypes.includes(type) ? typeToggled(view, type) : view
  return { ...shown, layers }
}
