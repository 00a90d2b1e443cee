import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { readIncidents, readPastRoads, readPastVehicles } from './past.ts'
import { incident, road } from './samples.ts'

const HEAD = { count: 1, window_start: '2026-11-28T08:00:00Z', window_end: '2026-11-28T08:05:00Z', source: 'speed' }
const CAR = {
  vehicle_id: 'car-1',
  vehicle_type: null,
  positions: 12,
  mean_speed_kmh: null,
  max_speed_kmh: null,
  timestamp: '2026-11-28T08:00:59Z',
  latitude: 48.1,
  longitude: 11.5,
}

function ignored(): void {
  // What is wrong with one thing is not of interest here.
}

test('vehicles of a minute may have no type and no speed any more', () => {
  expect(readPastVehicles({ ...HEAD, vehicles: [CAR, { ...CAR, vehicle_type: 'bus' }] }, ignored).vehicles).toMatchObject([
    { id: 'car-1', type: null, meanSpeedKmh: null, lon: 11.5, lat: 48.1, timeMs: Date.UTC(2026, 10, 28, 8, 0, 59) },
    { type: 'bus' },
  ])
})

test('roads of a window and incidents of a range are read as those of now', () => {
  expect(readPastRoads({ ...HEAD, roads: [road('r', 'heavy')] }, ignored)).toMatchObject({
    endMs: Date.UTC(2026, 10, 28, 8, 5),
    roads: [{ id: 'r', level: 'heavy', timeMs: null }],
  })
  expect(readIncidents({ emergencies: [incident('i', 3)] }, ignored)).toMatchObject([{ id: 'i', severity: 3 }])
})

test('a time of a closed day is read like any other', () => {
  const head = { ...HEAD, source: 'batch', incomplete_days: [], missing: [] }
  expect(readPastRoads({ ...head, roads: [road('r', 'heavy')] }, ignored)).toMatchObject({ roads: [{ id: 'r' }] })
  expect(readPastVehicles({ ...head, vehicles: [CAR] }, ignored)).toMatchObject({ vehicles: [{ id: 'car-1' }] })
})

test('one that can not be read is named, and the others go on', () => {
  const named: string[] = []
  const { vehicles } = readPastVehicles({ ...HEAD, vehicles: [{ ...CAR, latitude: 99 }, CAR] }, ({ field }) => named.push(field))
  expect(vehicles).toHaveLength(1)
  expect(named).toEqual(['latitude'])
  expect(() => readPastRoads({ ...HEAD, roads: null }, ignored)).toThrow(Malformed)
})
