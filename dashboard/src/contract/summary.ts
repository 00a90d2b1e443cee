/** The city in a few figures. */

import { Malformed, fieldsOf, list, number, numberOrNull, text, textOrNull, timeMsOrNull, word } from './fields.ts'
import { LEVELS, type Level } from './road.ts'

export interface Summary {
  readonly roads: number
  readonly reportingRoads: number
  readonly meanSpeedKmh: number | null
  /** The farthest from free flow first. */
  readonly slowest: readonly SlowRoad[]
  readonly vehicles: number
  readonly incidents: number
  /** Of the last day: from the report until help was there, and how often that was. */
  readonly meanResponseS: number | null
  readonly responses: number
  readonly condition: string | null
  readonly temperatureC: number | null
  readonly windSpeedMs: number | null
  readonly precipitationMmH: number | null
  readonly leastVisibilityM: number | null
  readonly stations: number
  readonly asOfMs: number | null
}

export interface SlowRoad {
  readonly id: string
  readonly name: string
  /** Null of a jam in which nothing drove. */
  readonly meanSpeedKmh: number | null
  readonly level: Level
  /** Mean speed over free-flow speed. */
  readonly ratio: number | null
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
    slowest: list(of, 'slowest_roads').map(readSlowRoad),
    vehicles: number(fieldsOf(of['vehicles'], 'vehicles'), 'total'),
    incidents: number(incidents, 'active'),
    meanResponseS: numberOrNull(incidents, 'mean_response_s'),
    responses: number(incidents, 'responses'),
    condition: textOrNull(weather, 'condition'),
    temperatureC: numberOrNull(weather, 'mean_temperature_c'),
    windSpeedMs: numberOrNull(weather, 'mean_wind_speed_ms'),
    precipitationMmH: numberOrNull(weather, 'mean_precipitation_mm_h'),
    leastVisibilityM: numberOrNull(weather, 'min_visibility_m'),
    stations: number(weather, 'stations'),
    asOfMs: timeMsOrNull(of, 'as_of'),
  }
}

function readSlowRoad(value: unknown): SlowRoad {
  const of = fieldsOf(value, 'slowest_roads')
  const congestion = fieldsOf(of['congestion'], 'congestion')
  return {
    id: text(of, 'road_id'),
    name: text(of, 'name'),
    meanSpeedKmh: numberOrNull(of, 'mean_speed_kmh'),
    level: word(congestion, 'level', LEVELS, 'unknown'),
    ratio: numberOrNull(congestion, 'ratio'),
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
