/** The city in a few figures. */

import { Malformed, fieldsOf, number, numberOrNull, textOrNull, timeMsOrNull } from './fields.ts'
import { LEVELS, type Level } from './road.ts'

export interface Summary {
  readonly roads: number
  readonly reportingRoads: number
  readonly meanSpeedKmh: number | null
  readonly vehicles: number
  readonly incidents: number
  readonly meanResponseS: number | null
  readonly condition: string | null
  readonly temperatureC: number | null
  readonly windSpeedMs: number | null
  readonly precipitationMmH: number | null
  readonly asOfMs: number | null
}

/** Time to drive all measured roads over that at free flow, and how much road is at which level. */
export interface Congestion {
  readonly index: number | null
  readonly lengthM: Readonly<Record<Level, number>>
}

export function readSummary(value: unknown): Summary {
  const of = fieldsOf(value, 'summary')
  const roads = fieldsOf(of['roads'], 'roads')
  const incidents = fieldsOf(of['incidents'], 'incidents')
  const weather = fieldsOf(of['weather'], 'weather')
  return {
    roads: number(roads, 'total'),
    reportingRoads: number(roads, 'reporting'),
    meanSpeedKmh: numberOrNull(of, 'mean_speed_kmh'),
    vehicles: number(fieldsOf(of['vehicles'], 'vehicles'), 'total'),
    incidents: number(incidents, 'active'),
    meanResponseS: numberOrNull(incidents, 'mean_response_s'),
    condition: textOrNull(weather, 'condition'),
    temperatureC: numberOrNull(weather, 'mean_temperature_c'),
    windSpeedMs: numberOrNull(weather, 'mean_wind_speed_ms'),
    precipitationMmH: numberOrNull(weather, 'mean_precipitation_mm_h'),
    asOfMs: timeMsOrNull(of, 'as_of'),
  }
}

export function readCongestion(value: unknown): Congestion {
  const of = fieldsOf(value, 'congestion')
  const levels = fieldsOf(of['levels'], 'levels')
  const lengthM = Object.fromEntries(
    LEVELS.map((level) => [level, level in levels ? number(fieldsOf(levels[level], level), 'length_m') : 0]),
  ) as Record<Level, number>
  if (Object.values(lengthM).some((one) => one < 0)) throw new Malformed('levels', 'have a length below 0')
  return { index: numberOrNull(of, 'index'), lengthM }
}
