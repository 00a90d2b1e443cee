/** The whole city at one past time: its roads in a window, its vehicles in a minute; and the incidents of a range. */

import { Malformed, fieldsOf, list, numberOrNull, place, readable, text, timeMs, word } from './fields.ts'
import { readIncident, type Incident } from './incident.ts'
import { readRoad, type Road } from './road.ts'
import { VEHICLE_TYPES, type VehicleType } from './vehicle.ts'

/** Takes what could not be read of one thing; the others go on. */
type OnBad = (error: Malformed) => void

/** Roads that were measured in one window. */
export interface PastRoads {
  readonly endMs: number
  readonly roads: readonly Road[]
}

/** A vehicle's last position of a minute. */
export interface PastVehicle {
  readonly id: string
  /** Null of one that does not report any more. */
  readonly type: VehicleType | null
  readonly timeMs: number
  readonly lon: number
  readonly lat: number
  readonly meanSpeedKmh: number | null
}

/** Vehicles that reported in one minute. */
export interface PastVehicles {
  readonly endMs: number
  readonly vehicles: readonly PastVehicle[]
}

export function readPastRoads(value: unknown, onBad: OnBad): PastRoads {
  const of = fieldsOf(value, 'roads at a time')
  return { endMs: timeMs(of, 'window_end'), roads: readable(list(of, 'roads'), readRoad, onBad) }
}

export function readPastVehicles(value: unknown, onBad: OnBad): PastVehicles {
  const of = fieldsOf(value, 'vehicles at a time')
  return { endMs: timeMs(of, 'window_end'), vehicles: readable(list(of, 'vehicles'), readPastVehicle, onBad) }
}

export function readIncidents(value: unknown, onBad: OnBad): readonly Incident[] {
  return readable(list(fieldsOf(value, 'incidents'), 'emergencies'), readIncident, onBad)
}

function readPastVehicle(value: unknown): PastVehicle {
  const of = fieldsOf(value, 'vehicle')
  return {
    id: text(of, 'vehicle_id'),
    type: of['vehicle_type'] == null ? null : word(of, 'vehicle_type', VEHICLE_TYPES, 'other'),
    timeMs: timeMs(of, 'timestamp'),
    ...place(of),
    meanSpeedKmh: numberOrNull(of, 'mean_speed_kmh'),
  }
}
