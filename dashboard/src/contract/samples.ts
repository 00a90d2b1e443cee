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

export const STATUS = {
  state: 'degraded',
  time: '2026-11-28T08:00:00Z',
  source: 'speed',
  layers: {
    speed: { state: 'up', since: '2026-11-28T07:00:00Z', for_ms: 3_600_000 },
    archive: { state: 'unknown', pending: 0 },
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
