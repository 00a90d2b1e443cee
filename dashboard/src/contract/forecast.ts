/** What is expected of a road in the next hour, and how good such forecasts were. */

import { Malformed, amountOrNull, fieldsOf, flag, list, number, numberOrNull, text, timeMs, timeMsOrNull, wholeWithin, word } from './fields.ts'
import { LEVELS, type Level } from './road.ts'

/** Why there is no forecast: no speed was ever read, or none lately, or none was made yet. */
export const REASONS = ['never_read', 'outage', 'not_made'] as const

export type Reason = (typeof REASONS)[number]

/** One window ahead: five minutes that end at `endMs`. */
export interface Ahead {
  /** From the end of the last closed window to the end of this one. */
  readonly minutes: number
  readonly endMs: number
  readonly speedKmh: number
  /** Ends of the interval that holds four of five windows. */
  readonly lowKmh: number
  readonly highKmh: number
  readonly level: Level
  readonly ratio: number | null
}

export interface RoadForecast {
  readonly id: string
  readonly name: string
  /** End of the last closed window; null where none was forecast from. */
  readonly asOfMs: number | null
  readonly lastSpeedKmh: number | null
  /** End of the window that had it. */
  readonly lastReadMs: number | null
  /** In order of time; none where there is a reason. */
  readonly ahead: readonly Ahead[]
  readonly reason: Reason | null
  /** Newer ones should have come. */
  readonly stale: boolean
}

export function readForecast(value: unknown): RoadForecast {
  const of = fieldsOf(value, 'forecast')
  return {
    id: text(of, 'road_id'),
    name: text(of, 'name'),
    asOfMs: timeMsOrNull(of, 'as_of'),
    lastSpeedKmh: amountOrNull(of, 'last_speed_kmh'),
    lastReadMs: timeMsOrNull(of, 'last_read'),
    ahead: list(of, 'forecasts').map(readAhead).sort((one, other) => one.endMs - other.endMs),
    reason: of['reason'] == null ? null : word(of, 'reason', REASONS, 'not_made'),
    stale: flag(of, 'stale'),
  }
}

function readAhead(value: unknown): Ahead {
  const of = fieldsOf(value, 'window ahead')
  const congestion = fieldsOf(of['congestion'], 'congestion')
  const lowKmh = number(of, 'low_kmh')
  const highKmh = number(of, 'high_kmh')
  if (lowKmh > highKmh) throw new Malformed('low_kmh', 'is above high_kmh')
  return {
    minutes: wholeWithin(of, 'minutes', 1, 1_440),
    endMs: timeMs(of, 'window_end'),
    speedKmh: number(of, 'speed_kmh'),
    lowKmh,
    highKmh,
    level: word(congestion, 'level', LEVELS, 'unknown'),
    ratio: numberOrNull(congestion, 'ratio'),
  }
}

/** How far forecasts of one horizon were from what was read, on average; null while none was scored. */
export interface HorizonScore {
  readonly minutes: number
  readonly errorKmh: number | null
  /** Of forecasts that say that nothing changes. */
  readonly lastValueErrorKmh: number | null
}

/** Of the model that is asked; none where there is no model yet. */
export function readScores(value: unknown): readonly HorizonScore[] {
  const [model] = list(fieldsOf(value, 'models'), 'models')
  return model === undefined ? [] : list(fieldsOf(model, 'model'), 'horizons').map(readScore)
}

function readScore(value: unknown): HorizonScore {
  const of = fieldsOf(value, 'horizon')
  const all = fieldsOf(of['all'], 'all')
  return {
    minutes: wholeWithin(of, 'minutes', 1, 1_440),
    errorKmh: amountOrNull(fieldsOf(all['model'], 'model'), 'mae_kmh'),
    lastValueErrorKmh: amountOrNull(fieldsOf(all['last_value'], 'last_value'), 'mae_kmh'),
  }
}
