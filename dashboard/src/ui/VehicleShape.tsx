import type { VehicleType } from '../contract/vehicle.ts'
import { lookOf, type Look } from '../vehicles/shapes.ts'

const ARROW = 'M10 3l5 13-5-2.4L5 16z'
const PIN = 'M5.9 3.2A6.6 6.6 0 1014.1 3.2L10 0.6z'
const BUS = 'M10 2.5l3.6 3.6v9.4c0 1-.6 1.5-1.4 1.5H7.8c-.8 0-1.4-.5-1.4-1.5V6.1z'

const BODIES: Readonly<Record<Look, string>> = {
  ambulance: PIN,
  police: PIN,
  fire: PIN,
  service: BUS,
  taxi: ARROW,
  car: ARROW,
}

const GLYPHS: Readonly<Partial<Record<Look, string>>> = {
  ambulance: 'M9.1 5.4h1.8v2.7h2.7v1.8h-2.7v2.7H9.1V9.9H6.4V8.1h2.7z',
  police: 'M10 4.6l1.3 2.9 3.1.3-2.3 2.1.7 3.1-2.8-1.6-2.8 1.6.7-3.1-2.3-2.1 3.1-.3z',
  fire: 'M10.3 4.4c.4 2 2.6 2.8 2.6 5a2.9 2.9 0 01-5.8 0c0-1.2.7-1.8 1.2-2.7.4.6.9.8 1.2.4.5-.9.4-1.8.8-2.7z',
}

/** As the map draws it, nose up. Its colour is that of the `data-vehicle` it stands in. */
export function VehicleShape({ type }: { readonly type: VehicleType }) {
  const look = lookOf(type)
  const glyph = GLYPHS[look]
  return (
    <svg className="vehicle-shape" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path className="vehicle-body" d={BODIES[look]} />
      {glyph !== undefined && <path className="vehicle-glyph" d={glyph} />}
    </svg>
  )
}
