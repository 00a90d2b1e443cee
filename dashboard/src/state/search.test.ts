import { expect, test } from 'vitest'

import type { Model } from '../api/model.ts'
import { readCamera } from '../contract/camera.ts'
import { readIncident } from '../contract/incident.ts'
import type { AnyChange } from '../contract/message.ts'
import { CAR, incident } from '../contract/samples.ts'
import { readStation } from '../contract/station.ts'
import { readVehicle, type VehicleType } from '../contract/vehicle.ts'
import { NO_LIVE, withChanges, type Live } from './live.ts'
import { MOST_IN_ALL, MOST_OF_A_KIND, NOTHING, search } from './search.ts'

const FRESH = { whole: true, removed: [], freshness: { asOfMs: 1, source: 'speed' } } as const
const CITY = { name: null, bounds: null, timeZone: 'UTC', tiles: null }

function model(of: { roads?: Record<string, string>; hospitals?: Record<string, string>; sensors?: Record<string, string> }): Model {
  const road = { line: [], lengthM: null, freeFlowKmh: null, lanes: null, roadClass: null, area: null }
  const entries = (names: Record<string, string> = {}) => Object.entries(names)
  return {
    city: CITY,
    roads: new Map(entries(of.roads).map(([id, name]) => [id, { id, name, ...road }])),
    hospitals: new Map(entries(of.hospitals).map(([id, name]) => [id, { id, name, lon: 0, lat: 0 }])),
    sensors: new Map(entries(of.sensors).map(([id, name]) => [id, { id, name, lon: 0, lat: 0 }])),
  }
}

function vehicles(types: Record<string, VehicleType>): AnyChange {
  const changed = Object.entries(types).map(([id, type]) => ({ ...readVehicle(CAR), id, type }))
  return { topic: 'vehicles', changed, ...FRESH }
}

function incidents(...of: object[]): AnyChange {
  return { topic: 'emergencies', changed: of.map(readIncident), ...FRESH }
}

function shown(...changes: AnyChange[]): Live {
  return withChanges(NO_LIVE, changes)
}

function found(query: string, of: { model?: Model; shown?: Live }): readonly string[] {
  const { groups } = search({ model: of.model ?? null, shown: of.shown ?? NO_LIVE }, query)
  return groups.flatMap(({ shown }) => shown.map(({ kind, id }) => `${kind} ${id}`))
}

test('no words find nothing', () => {
  expect(search({ model: model({ roads: { r: 'Ring' } }), shown: NO_LIVE }, ' ')).toBe(NOTHING)
})

test('all of a name goes before its beginning, a word of it and what is within', () => {
  const roads = { a: 'Unterring', b: 'Alter Ring', c: 'Ringstraße', d: 'Ring' }
  expect(found('ring', { model: model({ roads }) })).toEqual(['road d', 'road c', 'road b', 'road a'])
})

test('capitals and accents do not count', () => {
  const roads = { a: 'Žižkovská', b: 'Große Straße' }
  expect(found('ZIZKOV', { model: model({ roads }) })).toEqual(['road a'])
  expect(found('grosse strasse', { model: model({ roads }) })).toEqual(['road b'])
})

test('of several words each has to be found, wherever', () => {
  const of = { model: model({ roads: { 'road-1': 'Elm Street', 'road-2': 'Elm Square' } }) }
  expect(found('street elm', of)).toEqual(['road road-1'])
  expect(found('elm road-2', of)).toEqual(['road road-2'])
  expect(found('elm oak', of)).toEqual([])
})

test('of equals incidents come first and vehicles last', () => {
  const camera = readCamera({ camera_id: 'x-camera', road_id: null, latitude: null, longitude: null, counts: null, timestamp: null })
  const station = readStation({ station_id: 'x-station', name: 'x-station', latitude: 1, longitude: 1, timestamp: null })
  const of = {
    model: model({ roads: { r: 'x-road' }, hospitals: { h: 'x-hospital' }, sensors: { 'x-sensor': 'no-road' } }),
    shown: shown(
      vehicles({ 'x-vehicle': 'car' }),
      { topic: 'cameras', changed: [camera], ...FRESH },
      { topic: 'weather', changed: [station], ...FRESH },
      incidents(incident('x-incident', 1)),
    ),
  }
  expect(found('x', of)).toEqual([
    'incident x-incident',
    'hospital h',
    'road r',
    'camera x-camera',
    'station x-station',
    'sensor x-sensor',
    'vehicle x-vehicle',
  ])
  for (const kind of ['hospital', 'camera', 'weather station', 'sensor', 'vehicle']) expect(found(kind, of)).not.toEqual([])
})

test('incidents are found by what they are, where, and who comes; the worst first', () => {
  const of = {
    model: model({ roads: { 'road-1': 'Elm Street' } }),
    shown: shown(incidents(incident('i-1', 2), { ...incident('i-2', 5), kind: 'medical', unit_id: 'amb-7' }, incident('i-3', 4))),
  }
  expect(found('fire', of)).toEqual(['incident i-3', 'incident i-1'])
  expect(found('medical elm', of)).toEqual(['incident i-2'])
  expect(found('amb-7', of)).toEqual(['incident i-2'])
  expect(found('i-1', of)).toEqual(['incident i-1'])
  expect(found('incident', of)).toEqual(['incident i-2', 'incident i-3', 'incident i-1'])
})

test('a thing comes before what is on it', () => {
  const of = {
    model: model({ roads: { 'road-1': 'Elm Street' }, sensors: { s: 'road-1' } }),
    shown: shown(incidents({ ...incident('i', 5), unit_id: 'amb-7' }), vehicles({ 'amb-7': 'ambulance' })),
  }
  expect(found('elm street', of)).toEqual(['road road-1', 'incident i', 'sensor s'])
  expect(found('amb-7', of)).toEqual(['vehicle amb-7', 'incident i'])
})

test('vehicles are found by id and by what they are, numbers in their order', () => {
  const of = { shown: shown(vehicles({ 'v-10': 'ambulance', 'v-2': 'ambulance', 'v-1': 'car' })) }
  expect(found('ambu', of)).toEqual(['vehicle v-2', 'vehicle v-10'])
  expect(found('ambulance 10', of)).toEqual(['vehicle v-10'])
  expect(found('v-1', of)).toEqual(['vehicle v-1', 'vehicle v-10'])
})

test('a name of its own goes before a word that many share', () => {
  const of = { model: model({ roads: { r: 'Busy Lane' } }), shown: shown(vehicles({ v: 'bus' })) }
  expect(found('bus', of)).toEqual(['road r', 'vehicle v'])
})

test('a road that reports is found without a model', () => {
  const road = { id: 'r', name: 'Elm Street' } as never
  expect(found('elm', { shown: shown({ topic: 'traffic', changed: [road], ...FRESH }) })).toEqual(['road r'])
})

test('so many are shown, and all are counted', () => {
  const many = (name: string) => Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${name}-${at}`, `${name}-${at}`]))
  const of = {
    model: model({ roads: many('x'), hospitals: many('x'), sensors: many('x') }),
    shown: shown(vehicles({ 'x-1': 'car' })),
  }
  const { groups, count } = search(of, 'x')
  expect(groups.map(({ kind, shown, count }) => [kind, shown.length, count])).toEqual([
    ['hospital', MOST_OF_A_KIND, 30],
    ['road', MOST_OF_A_KIND, 30],
    ['sensor', MOST_IN_ALL - 2 * MOST_OF_A_KIND, 30],
  ])
  expect(count).toBe(91)
})
