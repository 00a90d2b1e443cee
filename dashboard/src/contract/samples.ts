/** For tests: things as the gateway sends them. */

export const HEAD = {
  seq: 3,
  id: 'vehicles',
  topic: 'vehicles',
  resume: 'word',
  as_of: '2026-11-28T08:00:00Z',
  source: 'speed',
  as_of_median: '2026-11-28T08:00:00Z',
}

export const CAR = {
  vehicle_id: 'car-1',
  vehicle_type: 'car',
  timestamp: '2026-11-28T08:00:00.000Z',
  latitude: 48.1,
  longitude: 11.5,
  speed_kmh: 42,
  heading_deg: null,
  road_id: 'road-1',
  stale: false,
}

export function road(id: string, level: string): object {
  return { road_id: id, name: `Road ${id}`, timestamp: null, congestion: { level, ratio: null } }
}

export function incident(id: string, severity: number): object {
  return {
    incident_id: id,
    kind: 'fire',
    status: 'reported',
    active: true,
    severity,
    timestamp: '2026-11-28T08:00:00Z',
    latitude: 48.1,
    longitude: 11.5,
    road_id: 'road-1',
    unit_id: null,
    hospital_id: null,
    history: { reported: '2026-11-28T08:00:00Z' },
    dispatch_s: null,
    response_s: null,
    resolution_s: null,
  }
}

/** From 10 km/h below a median to 5 above it, and as many vehicles as km/h. */
export function usualHour(weekday: number, hour: number, medianKmh: number | null): object {
  const around = (more: number): number | null => (medianKmh === null ? null : medianKmh + more)
  return {
    weekday,
    hour,
    days: 4,
    windows: 48,
    low_speed_kmh: around(-10),
    median_speed_kmh: medianKmh,
    high_speed_kmh: around(5),
    median_vehicles: medianKmh,
  }
}

export function usual(timezone: string, ...hours: readonly object[]): object {
  return { road_id: 'road-1', source: 'batch', date: '2026-11-27', timezone, hours, reasons: [] }
}

/** Each hour of each day, 1 km/h more than the one before: Monday begins with 20. */
export function usualWeek(timezone: string): object {
  const hours = Array.from({ length: 7 * 24 }, (_, at) => usualHour(Math.floor(at / 24) + 1, at % 24, 20 + at))
  return usual(timezone, ...hours)
}

export const STATUS = {
  state: 'degraded',
  time: '2026-11-28T08:00:00Z',
  source: 'speed',
  layers: {
    speed: { state: 'up', since: '2026-11-28T07:00:00Z', for_ms: 3_600_000 },
    batch: { state: 'unknown', since: null, for_ms: null },
    archive: { state: 'up', since: '2026-11-28T07:30:00Z', for_ms: 1_800_000, pending: 9 },
  },
  data: { vehicles: { known: true, things: 40, with_data: 39, as_of: '2026-11-28T08:00:00Z', age_ms: 12 } },
  services: [
    { process: 'gps', role: 'stream', state: 'up', instances: 2, events_per_s: 160.5, lag: 3, freshness_ms: 40 },
    { process: 'gateway', role: 'gateway', state: 'up', instances: 1 },
  ],
  processes: [],
}

export const SUMMARY = {
  roads: { total: 100, reporting: 98 },
  mean_speed_kmh: 41.5,
  congestion: { free: 96, jammed: 2, unknown: 2 },
  slowest_roads: [
    { road_id: 'r1', name: 'Main street', mean_speed_kmh: null, congestion: { level: 'jammed', ratio: null } },
    { road_id: 'r2', name: 'Side street', mean_speed_kmh: 12.5, congestion: { level: 'heavy', ratio: 0.25 } },
  ],
  vehicles: { total: 1_000, by_type: { car: 1_000 } },
  incidents: { active: 3, by_kind: { fire: 3 }, mean_response_s: 240, responses: 12 },
  weather: {
    stations: 4,
    condition: 'rain',
    mean_temperature_c: 7.5,
    mean_wind_speed_ms: 4,
    mean_precipitation_mm_h: 0.2,
    min_visibility_m: 8_000,
  },
  as_of: '2026-11-28T08:00:00Z',
}

/** Made at 08:00 after 40 km/h: from 38 km/h in 5 minutes to 16 in 60, give or take 4, 8, 12 and 16. */
export const AHEAD = [5, 15, 30, 60].map((minutes, at) => ({
  minutes,
  window_end: new Date(Date.UTC(2026, 10, 28, 8, minutes)).toISOString(),
  speed_kmh: [38, 34, 28, 16][at],
  low_kmh: [34, 26, 16, 0][at],
  high_kmh: [42, 42, 40, 32][at],
  congestion: { level: ['light', 'moderate', 'heavy', 'jammed'][at], ratio: 0.5 },
}))

export function forecast(id: string, other: object = {}): object {
  return {
    road_id: id,
    name: `Road ${id}`,
    as_of: '2026-11-28T08:00:00Z',
    last_speed_kmh: 40,
    last_read: '2026-11-28T08:00:00Z',
    reason: null,
    forecasts: AHEAD,
    stale: false,
    ...other,
  }
}

/** Of a road without a forecast. */
export function noForecast(id: string, reason: string, lastRead: string | null = null): object {
  return forecast(id, { as_of: null, last_speed_kmh: null, last_read: lastRead, reason, forecasts: [] })
}

const ERRORS = { rmse_kmh: 6, mape_pct: 8 }

export const MODELS = {
  as_of: '2026-11-28T08:00:00Z',
  source: 'speed',
  models: [
    {
      name: 'river',
      horizons: [
        { minutes: 5, all: { scored: 90, model: { mae_kmh: 2, ...ERRORS }, last_value: { mae_kmh: 2.5, ...ERRORS } } },
        { minutes: 15, all: { scored: 90, model: { mae_kmh: 3.18, ...ERRORS }, last_value: { mae_kmh: 3.54, ...ERRORS } } },
      ],
    },
  ],
}
