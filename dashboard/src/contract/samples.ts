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
