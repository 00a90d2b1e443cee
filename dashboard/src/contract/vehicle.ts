import { fieldsOf, flag, numberOrNull, place, text, textOrNull, timeMs, word } from './fields.ts'

export const VEHICLE_TYPES = [
  'car',
  'bus',
  'taxi',
  'ambulance',
  'police',
  'fire',
  'tram',
  'train',
  'ferry',
  'truck',
  'van',
  'motorcycle',
  'bicycle',
  'other',
] as const

export type VehicleType = (typeof VEHICLE_TYPES)[number]

/** Where a vehicle was last seen; null is what it did not send. */
export interface Vehicle {
  readonly id: string
  readonly type: VehicleType
  readonly timeMs: number
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number | null
  readonly headingDeg: number | null
  readonly roadId: string | null
  readonly stale: boolean
}

export function readVehicle(value: unknown): Vehicle {
  const of = fieldsOf(value, 'vehicle')
  return {
    id: text(of, 'vehicle_id'),
    type: word(of, 'vehicle_type', VEHICLE_TYPES, 'other'),
    timeMs: timeMs(of, 'timestamp'),
    ...place(of),
    speedKmh: numberOrNull(of, 'speed_kmh'),
    headingDeg: numberOrNull(of, 'heading_deg'),
    roadId: textOrNull(of, 'road_id'),
    stale: flag(of, 'stale'),
  }
}
