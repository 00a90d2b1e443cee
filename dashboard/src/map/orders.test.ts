import { expect, test } from 'vitest'

import type { AnyChange, Freshness } from '../contract/message.ts'
import { readIncident } from '../contract/incident.ts'
import { readRoad } from '../contract/road.ts'
import { CAR, incident, road } from '../contract/samples.ts'
import { readVehicle } from '../contract/vehicle.ts'
import { withChanges } from '../state/live.ts'
import { lookingBack } from '../state/past.ts'
import { START, type CityState } from '../state/store.ts'
import { selected } from '../state/view.ts'
import { boundsOf, boundsOfLine } from './bounds.ts'
import { ordersBetween } from './orders.ts'

const LIVE: Freshness = { asOfMs: 1, source: 'speed' }
const MODEL = {
  city: { name: null, bounds: null, timeZone: 'UTC', tiles: null },
  roads: new Map(),
  hospitals: new Map(),
  sensors: new Map(),
}

function after(before: CityState, ...changes: AnyChange[]): CityState {
  return { ...before, shown: withChanges(before.shown, changes) }
}

function cars(...ids: string[]): AnyChange {
  const changed = ids.map((id) => ({ ...readVehicle(CAR), id }))
  return { topic: 'vehicles', whole: true, changed, removed: [], freshness: LIVE }
}

function incidents(...severities: number[]): AnyChange {
  const changed = severities.map((severity) => readIncident(incident(`i${severity}`, severity)))
  return { topic: 'emergencies', whole: true, changed, removed: [], freshness: LIVE }
}

test('a state that is the same needs no orders', () => {
  expect(ordersBetween(START, START)).toEqual({})
  expect(ordersBetween(START, { ...START, summary: null, connection: { ...START.connection, offsetMs: 5 } })).toEqual({})
})

test('vehicles that changed are told, and no others', () => {
  const before = after(START, cars('a', 'b'))
  const moved: AnyChange = { ...cars('b'), whole: false, removed: ['a'] }
  expect(ordersBetween(before, after(before, moved))).toMatchObject({
    vehicles: { changed: [{ id: 'b' }], removed: ['a'] },
  })
})

test('roads are told by their level', () => {
  const roads: AnyChange = {
    topic: 'traffic',
    whole: true,
    changed: [readRoad(road('r', 'heavy'))],
    removed: [],
    freshness: LIVE,
  }
  expect(ordersBetween(START, after(START, roads))).toEqual({ levels: [{ id: 'r', level: 'heavy' }] })
})

test('the worst incident lies above the others', () => {
  const orders = ordersBetween(START, after(START, incidents(2, 5, 1)))
  expect(orders.incidents?.map((one) => one.incident.severity)).toEqual([1, 2, 5])
})

test('incidents that nobody wants to see are taken off', () => {
  const before = after(START, incidents(2))
  const hidden = { ...before, view: { ...before.view, layers: { ...before.view.layers, incidents: false } } }
  expect(ordersBetween(before, hidden)).toMatchObject({ incidents: [], look: { layers: { incidents: false } } })
})

test('a new theme and pale data are another look', () => {
  const dark = { ...START, view: { ...START.view, theme: 'dark' as const } }
  expect(ordersBetween(START, dark)).toMatchObject({ look: { theme: 'dark', pale: false } })
  const pale = { ...START, connection: { ...START.connection, isPale: true } }
  expect(ordersBetween(START, pale)).toMatchObject({ look: { pale: true } })
  const behind = { ...START, connection: { ...START.connection, source: 'last-known' as const } }
  expect(ordersBetween(START, behind)).toMatchObject({ look: { pale: true } })
  expect(ordersBetween(START, { ...behind, connection: { ...START.connection, source: 'speed' as const } })).toEqual({})
})

test('what is of a past time is not pale, whatever the connection is like', () => {
  const pale = { ...START, connection: { ...START.connection, isPale: true } }
  const past = { ...pale, ...lookingBack(pale, 0) }
  expect(ordersBetween(pale, past)).toMatchObject({ look: { pale: false } })
})

test('a followed vehicle is followed at each of its words', () => {
  const before = after(START, cars('a', 'b'))
  const chosen = { ...before, view: { ...selected(before.view, { kind: 'vehicle', id: 'a' }), follows: true } }
  expect(ordersBetween(before, chosen)).toMatchObject({ follow: { lon: 11.5, lat: 48.1 } })
  expect(ordersBetween(chosen, after(chosen, { ...cars('b'), whole: false })).follow).toBeUndefined()
  expect(ordersBetween(chosen, after(chosen, { ...cars('a'), whole: false })).follow).toBeDefined()
  expect(ordersBetween(chosen, { ...chosen, view: { ...chosen.view, follows: false } }).follow).toBeNull()
})

test('the lines of a chosen incident follow its unit, and its transport to the hospital', () => {
  const unit = { ...readVehicle(CAR), id: 'fire-1' }
  const of = (more: object): AnyChange => ({
    topic: 'emergencies',
    whole: true,
    changed: [readIncident({ ...incident('i', 4), unit_id: 'fire-1', hospital_id: 'h', status: 'en_route', ...more })],
    removed: [],
    freshness: LIVE,
  })
  const hospital = { id: 'h', name: 'Mercy', lon: 11.6, lat: 48.2 }
  const model = { ...MODEL, hospitals: new Map([['h', hospital]]) }
  const before = after({ ...START, model }, of({}), cars('a', 'fire-1'))
  const chosen = { ...before, view: selected(before.view, { kind: 'incident', id: 'i' }) }
  const scene = { lon: 11.5, lat: 48.1 }
  expect(ordersBetween(before, chosen)).toMatchObject({ approach: { scene, unit, hospital, isTransport: false } })
  // Others drive on, and the incident says again what it said.
  expect(ordersBetween(chosen, after(chosen, { ...cars('a'), whole: false }, of({}))).approach).toBeUndefined()
  expect(ordersBetween(chosen, after(chosen, { ...cars('fire-1'), whole: false })).approach).toBeDefined()
  expect(ordersBetween(chosen, after(chosen, of({ status: 'transporting' })))).toMatchObject({ approach: { isTransport: true } })
  expect(ordersBetween(chosen, after(chosen, { topic: 'emergencies', whole: true, changed: [], removed: [], freshness: LIVE })).approach).toBeNull()
})

test('a city without a model is where its vehicles are', () => {
  expect(boundsOf(START)).toBeNull()
  expect(boundsOf({ ...START, model: MODEL })).toBeNull()
  const lost = { ...readVehicle({ ...CAR, latitude: 0, longitude: 0 }), id: 'lost' }
  const crowd = Array.from({ length: 200 }, (_, at) => ({ ...readVehicle(CAR), id: String(at), lon: 11 + at / 200 }))
  const all: AnyChange = { topic: 'vehicles', whole: true, changed: [...crowd, lost], removed: [], freshness: LIVE }
  const [west, south] = boundsOf({ ...after(START, all), model: MODEL }) ?? []
  expect(west).toBeGreaterThan(10)
  expect(south).toBeGreaterThan(40)
})

test('a line has bounds, over the 180th meridian too', () => {
  expect(boundsOfLine([[11, 48], [12, 47], [11.5, 49]])).toEqual([11, 47, 12, 49])
  expect(boundsOfLine([[179, -17], [-179, -18]])).toEqual([179, -18, -179, -17])
})

test('what a link chose is marked once its place is known', () => {
  const chosen = { ...START, view: selected(START.view, { kind: 'hospital', id: 'h' }) }
  expect(ordersBetween(START, chosen)).toMatchObject({ mark: null })
  const hospitals = new Map([['h', { id: 'h', name: 'Mercy', lon: 11, lat: 48 }]])
  expect(ordersBetween(chosen, { ...chosen, model: { ...MODEL, hospitals } })).toMatchObject({ mark: { lon: 11, lat: 48 } })
})
