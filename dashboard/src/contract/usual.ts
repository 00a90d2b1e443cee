/** What is usual on one road, hour by hour of a week, as the last weeks had it. */

import { Malformed, amountOrNull, fieldsOf, list, readable, text, wholeWithin } from './fields.ts'

/** One hour of the week; null is what none of its windows had. */
export interface UsualHour {
  /** 1 is Monday. */
  readonly weekday: number
  readonly hour: number
  /** 15th percentile, median and 85th of the mean speeds of five minutes. */
  readonly lowSpeedKmh: number | null
  readonly medianSpeedKmh: number | null
  readonly highSpeedKmh: number | null
  /** Counted in five minutes. */
  readonly medianVehicles: number | null
}

export interface Usual {
  /** By whose clock the hours are. */
  readonly timeZone: string
  /** None of a road of which too little is known yet. */
  readonly hours: readonly UsualHour[]
}

/** @param onBadHour Takes what could not be read of an hour; the others go on. */
export function readUsual(value: unknown, onBadHour: (error: Malformed) => void): Usual {
  const of = fieldsOf(value, 'usual')
  return { timeZone: zoneOf(text(of, 'timezone')), hours: readable(list(of, 'hours'), readUsualHour, onBadHour) }
}

function readUsualHour(value: unknown): UsualHour {
  const of = fieldsOf(value, 'hour of the week')
  const lowSpeedKmh = amountOrNull(of, 'low_speed_kmh')
  const highSpeedKmh = amountOrNull(of, 'high_speed_kmh')
  if (lowSpeedKmh !== null && highSpeedKmh !== null && lowSpeedKmh > highSpeedKmh) {
    throw new Malformed('low_speed_kmh', 'is above high_speed_kmh')
  }
  return {
    weekday: wholeWithin(of, 'weekday', 1, 7),
    hour: wholeWithin(of, 'hour', 0, 23),
    lowSpeedKmh,
    medianSpeedKmh: amountOrNull(of, 'median_speed_kmh'),
    highSpeedKmh,
    medianVehicles: amountOrNull(of, 'median_vehicles'),
  }
}

/** By another zone's clock it would be wrong. */
function zoneOf(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    throw new Malformed('timezone', 'is no time zone that this browser knows')
  }
}
