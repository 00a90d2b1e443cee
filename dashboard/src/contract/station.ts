import { fieldsOf, flag, numberOrNull, place, text, textOrNull, timeMsOrNull } from './fields.ts'

/** A weather station's latest observation; null is what it does not measure. */
export interface Station {
  readonly id: string
  readonly name: string
  readonly timeMs: number | null
  readonly lon: number
  readonly lat: number
  readonly temperatureC: number | null
  readonly humidityPct: number | null
  readonly windSpeedMs: number | null
  readonly precipitationMmH: number | null
  readonly visibilityM: number | null
  readonly condition: string | null
  readonly airQualityIndex: number | null
  readonly stale: boolean
}

export function readStation(value: unknown): Station {
  const of = fieldsOf(value, 'station')
  return {
    id: text(of, 'station_id'),
    name: text(of, 'name'),
    timeMs: timeMsOrNull(of, 'timestamp'),
    ...place(of),
    temperatureC: numberOrNull(of, 'temperature_c'),
    humidityPct: numberOrNull(of, 'humidity_pct'),
    windSpeedMs: numberOrNull(of, 'wind_speed_ms'),
    precipitationMmH: numberOrNull(of, 'precipitation_mm_h'),
    visibilityM: numberOrNull(of, 'visibility_m'),
    condition: textOrNull(of, 'condition'),
    airQualityIndex: numberOrNull(of, 'air_quality_index'),
    stale: flag(of, 'stale'),
  }
}
