import { expect, test } from 'vitest'

import { readCamera } from '../contract/camera.ts'
import { readIncident } from '../contract/incident.ts'
import { readCity, readHospital, readModelRoad, readSensor } from '../contract/model.ts'
import { readRoad } from '../contract/road.ts'
import { CAR, SUMMARY, incident, road } from '../contract/samples.ts'
import { readStation } from '../contract/station.ts'
import { readCongestion, readSummary } from '../contract/summary.ts'
import { readVehicle } from '../contract/vehicle.ts'
import { isFaded } from './health.ts'
import { LONGEST_MS, keptOf, readKept, withKept } from './kept.ts'
import { START, type CityState } from './store.ts'

const NOW = Date.UTC(2026, 10, 28, 8)
const PLACE = { longitude: 11.5, latitude: 48.1 }
const ADA = { name: 'ada', role: 'viewer', expiresMs: NOW + 1_000 }

function known<T extends { readonly id: string }>(...things: T[]) {
  return { things: byId(...things), freshness: { asOfMs: NOW, source: 'speed' as const } }
}

function byId<T extends { readonly id: string }>(...things: T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]))
}

const ROAD = readModelRoad({ id: 'r', properties: { name: 'R' }, geometry: { coordinates: [[11, 48], [12, 49]] } })
const CITY = readCity({
  timezone: 'Europe/Berlin',
  bounds: [11, 48, 12, 49],
  tiles: { url: '/t', attribution: 'a', max_zoom: 19 },
})
const LIVE = {
  traffic: known(readRoad(road('r', 'heavy'))),
  vehicles: known(readVehicle(CAR)),
  emergencies: known(readIncident(incident('i', 3))),
  weather: known(readStation({ station_id: 's', name: 'S', ...PLACE })),
  cameras: known(readCamera({ camera_id: 'c', ...PLACE, counts: { car: 4 } })),
}
const STATE: CityState = {
  ...START,
  session: { status: 'in', person: ADA },
  connection: { status: { phase: 'live' }, source: 'speed', offsetMs: 50, isPale: false },
  model: {
    city: CITY,
    roads: byId(ROAD),
    hospitals: byId(readHospital({ hospital_id: 'h', name: 'H', ...PLACE })),
    sensors: byId(readSensor({ sensor_id: 'n', road_id: 'r', ...PLACE })),
  },
  live: LIVE,
  shown: LIVE,
  summary: readSummary(SUMMARY),
  congestion: readCongestion({ index: 1.2, levels: { free: { length_m: 5 } } }),
}

/** What a browser gives back of it. */
function kept(state: CityState = STATE): unknown {
  return structuredClone(keptOf(state, NOW))
}

test('the city comes back as it was, and looks like what is no more', () => {
  const read = readKept(kept(), NOW)
  if (read === null) throw new Error('nothing came back')
  const { session, connection, ...shown } = { ...START, ...withKept(START, read) }
  expect(session).toEqual({ status: 'away', person: ADA })
  expect(isFaded(connection)).toBe(true)
  expect(connection.offsetMs).toBe(50)
  const { model, live, summary, congestion } = STATE
  expect(shown).toMatchObject({ model, live, shown: live, summary, congestion })
  expect(shown.shown).toBe(shown.live)
})

test.each<[string, Partial<CityState>]>([
  ['nobody is signed in', { session: { status: 'out', was: ADA } }],
  ['it is itself what was kept', { session: { status: 'away', person: ADA } }],
  ['its model is not there yet', { model: null }],
  ['its figures are not there yet', { summary: null }],
  ['a part of it is not there yet', { live: { ...LIVE, weather: START.live.weather } }],
])('a city is not kept while %s', (_, change) => {
  expect(keptOf({ ...STATE, ...change }, NOW)).toBeNull()
})

test('what is live, or asks who is there, is not replaced', () => {
  const read = readKept(kept(), NOW)
  if (read === null) throw new Error('nothing came back')
  for (const session of [STATE.session, { status: 'out', was: null } as const]) {
    expect(withKept({ ...STATE, session }, read)).toEqual({})
  }
})

test('a session that is over is over without the gateway too, by its clock', () => {
  expect(readKept(kept(), NOW + 949)).not.toBeNull()
  expect(readKept(kept(), NOW + 950)).toBeNull()
})

test('a session without an end is shown for a day', () => {
  const value = kept({ ...STATE, session: { status: 'in', person: { ...ADA, expiresMs: null } } })
  expect(readKept(value, NOW + LONGEST_MS)).not.toBeNull()
  expect(readKept(value, NOW + LONGEST_MS + 1)).toBeNull()
  // Of a clock that was set back nobody knows how old it is.
  expect(readKept(value, NOW - LONGEST_MS - 1)).toBeNull()
})

test('another version is not read, nor what is nothing of ours', () => {
  expect(readKept({ ...Object(kept()), version: 2 }, NOW)).toBeNull()
  for (const value of [null, undefined, 7, 'city', [], {}]) expect(readKept(value, NOW)).toBeNull()
})

/** All that stands in a value: how to put something else into its place. */
function* places(value: unknown, path = 'kept'): Generator<[path: string, put: (other: unknown) => void]> {
  if (value instanceof Map) {
    const map = value as Map<string, unknown>
    for (const [key, inner] of map) {
      yield [`${path}(${key})`, (other) => map.set(key, other)]
      yield* places(inner, `${path}(${key})`)
    }
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    for (const [key, inner] of Object.entries(fields)) {
      yield [`${path}.${key}`, (other) => (fields[key] = other)]
      yield* places(inner, `${path}.${key}`)
    }
  }
}

test('what is damaged anywhere is not read', () => {
  const all = [...places(kept())].map(([path]) => path)
  expect(all.length).toBeGreaterThan(120)
  for (const [at, path] of all.entries()) {
    const value = kept()
    const [, put] = [...places(value)][at] ?? []
    put?.(Symbol.iterator)
    expect(readKept(value, NOW), path).toBeNull()
  }
})
