import { fieldsOf, numberOrNull, text, timeMsOrNull, word } from './fields.ts'

/** From what drives freely to what stands; `unknown` last. */
export const LEVELS = ['free', 'light', 'moderate', 'heavy', 'jammed', 'unknown'] as const

export type Level = (typeof LEVELS)[number]

/** A road in its newest window; null is what no reading of it had. */
export interface Road {
  readonly id: string
  readonly name: string
  readonly timeMs: number | null
  readonly windowStartMs: number | null
  readonly windowEndMs: number | null
  readonly readings: number | null
  readonly vehicles: number | null
  readonly meanSpeedKmh: number | null
  readonly p15SpeedKmh: number | null
  readonly p85SpeedKmh: number | null
  readonly occupancyPct: number | null
  readonly level: Level
  /** Mean speed over free-flow speed. */
  readonly ratio: number | null
}

export function readRoad(value: unknown): Road {
  const of = fieldsOf(value, 'road')
  const congestion = fieldsOf(of['congestion'], 'congestion')
  return {
    id: text(of, 'road_id'),
    name: text(of, 'name'),
    timeMs: timeMsOrNull(of, 'timestamp'),
    windowStartMs: timeMsOrNull(of, 'window_start'),
    windowEndMs: timeMsOrNull(of, 'window_end'),
    readings: numberOrNull(of, 'readings'),
    vehicles: numberOrNull(of, 'vehicles'),
    meanSpeedKmh: numberOrNull(of, 'mean_speed_kmh'),
    p15SpeedKmh: numberOrNull(of, 'p15_speed_kmh'),
    p85SpeedKmh: numberOrNull(of, 'p85_speed_kmh'),
    occupancyPct: numberOrNull(of, 'occupancy_pct'),
    level: word(congestion, 'level', LEVELS, 'unknown'),
    ratio: numberOrNull(congestion, 'ratio'),
  }
}
