import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { readCity, readModelRoad } from './model.ts'
import { readCongestion, readSummary } from './summary.ts'

const LINE = { type: 'LineString', coordinates: [[11.5, 48.1], [11.6, 48.2]] }

test('a road without a name has its id', () => {
  const road = readModelRoad({ id: 'road-1', geometry: LINE, properties: { length_m: 10, free_flow_kmh: 50 } })
  expect(road).toMatchObject({ id: 'road-1', name: 'road-1', lanes: null, roadClass: null, freeFlowKmh: 50 })
})

test('a road that is no line is malformed', () => {
  const geometry = { type: 'LineString', coordinates: [[11.5, 48.1]] }
  expect(() => readModelRoad({ id: 'road-1', geometry, properties: {} })).toThrow(Malformed)
})

test('a zone that the browser does not know does not stop the clock', () => {
  expect(readCity({ name: null, bounds: null, timezone: 'Mars/Olympus' })).toEqual({
    name: null,
    bounds: null,
    timeZone: 'UTC',
    tiles: null,
  })
  expect(readCity({ name: 'Fiji', bounds: [179, -18, -179, -16], timezone: 'Pacific/Fiji' }).bounds).toEqual([
    179, -18, -179, -16,
  ])
})

test('tiles are told with whose they are, or not at all', () => {
  const city = { name: null, bounds: null, timezone: 'UTC' }
  const tiles = { url: '/tiles/{z}/{x}/{y}.png', attribution: '© Example', max_zoom: 17 }
  expect(readCity({ ...city, tiles }).tiles).toEqual({ url: tiles.url, attribution: '© Example', maxZoom: 17 })
  expect(() => readCity({ ...city, tiles: { ...tiles, attribution: null } })).toThrow(Malformed)
})

test('figures that nobody measured are null', () => {
  const summary = readSummary({
    roads: { total: 2, reporting: 0 },
    mean_speed_kmh: null,
    slowest_roads: [],
    vehicles: { total: 0, by_type: {} },
    incidents: { active: 0, by_kind: {}, mean_response_s: null, responses: 0 },
    weather: { stations: 0, condition: null, mean_temperature_c: null },
    as_of: null,
  })
  expect(summary).toMatchObject({ meanSpeedKmh: null, vehicles: 0, temperatureC: null, asOfMs: null })
})

test('levels that are not told have no length', () => {
  const { index, lengthM } = readCongestion({ index: 1.2, levels: { free: { roads: 1, length_m: 500 } } })
  expect(index).toBe(1.2)
  expect(lengthM).toEqual({ free: 500, light: 0, moderate: 0, heavy: 0, jammed: 0, unknown: 0 })
})
