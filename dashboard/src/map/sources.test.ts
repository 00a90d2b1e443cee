import { expect, test } from 'vitest'

import type { ModelRoad, Position } from '../contract/model.ts'
import { frameOf } from './builtUp.ts'
import { approachFeatures, areaFeatures, roadFeatures, trailFeatures } from './sources.ts'
import { sides } from './twins.ts'
import { widthOf } from './widths.ts'

function road(id: string, line: readonly Position[], more: Partial<ModelRoad> = {}): ModelRoad {
  return { id, name: id, line, lengthM: null, freeFlowKmh: 50, lanes: null, roadClass: null, area: null, ...more }
}

const OUT = road('out', [[11.5, 48.1], [11.51, 48.1]])

test('roads that lie on each other move to their right', () => {
  const back = road('back', [[11.51, 48.1], [11.5, 48.1]])
  expect([...sides([OUT, back])]).toEqual([['out', 1], ['back', 1]])
})

test('roads that are drawn apart move farther apart, whichever side a city drives on', () => {
  const north = road('north', [[11.51, 48.1002], [11.5, 48.1002]])
  const south = road('south', [[11.51, 48.0998], [11.5, 48.0998]])
  expect(sides([OUT, north]).get('out')).toBe(1)
  expect(sides([OUT, south]).get('out')).toBe(-1)
})

test('a road that leads another way back is no twin', () => {
  const bow = road('bow', [[11.51, 48.1], [11.505, 48.12], [11.5, 48.1]])
  const away = road('away', [[11.51, 48.1], [11.52, 48.1]])
  expect(sides([OUT, bow, away]).size).toBe(0)
})

test('a class that is known tells the width, else the lanes do', () => {
  expect(widthOf({ roadClass: 'expressway', lanes: 1 })).toBeGreaterThan(widthOf({ roadClass: 'street', lanes: 1 }))
  expect(widthOf({ roadClass: 'Feldweg', lanes: 3 })).toBeGreaterThan(widthOf({ roadClass: null, lanes: null }))
})

test('a road carries what the map draws it by', () => {
  const { features } = roadFeatures([OUT])
  expect(features[0]?.properties).toMatchObject({ road_id: 'out', name: 'out', side: 0 })
})

test('a district is named near the middle of its roads, and on none of them', () => {
  const along = (lat: number): Position[] => Array.from({ length: 21 }, (_, at) => [11 + at / 20, lat])
  const all = [road('a', along(48)), road('b', along(48.5)), road('c', along(49))].map((one) => ({ ...one, area: 'centre' }))
  const [feature, ...more] = areaFeatures([...all, OUT]).features
  const [lon = 0, lat = 0] = feature?.geometry.coordinates ?? []
  expect(more).toEqual([])
  expect(feature?.properties.name).toBe('centre')
  expect(lon).toBeCloseTo(11.5, 1)
  expect(Math.abs(lat - 48.5)).toBeGreaterThan(0.15)
  expect(Math.abs(lat - 48.5)).toBeLessThan(0.35)
})

test('the ground around a city over the 180th meridian is one', () => {
  const fiji = [road('a', [[179.9, -17], [-179.9, -17.1]]), road('b', [[-179.95, -17], [179.95, -17]])]
  const frame = frameOf(fiji)
  expect((frame?.east ?? 1) - (frame?.west ?? 0)).toBeLessThan(0.3 / 360)
  expect(frameOf([])).toBeNull()
})

test('a trail over the 180th meridian goes on', () => {
  const points = [179.99, -179.99, 179.98, 0].map((lon, at) => ({ lon, lat: -17, timeMs: at * 1_000 }))
  const [first] = trailFeatures({ id: 'a', past: 'there', points }).features
  const lons = first?.geometry.coordinates.map(([lon]) => lon)
  expect(lons).toEqual([179.99, expect.closeTo(180.01), expect.closeTo(179.98)])
  expect(first?.properties).toEqual({ age: 0 })
})

test('a unit goes to the scene, and while it brings somebody to the hospital', () => {
  const unit = null
  const [scene, hospital, at] = [{ lon: 179.99, lat: -17 }, { lon: -179.98, lat: -17 }, { lon: 179.9, lat: -17 }]
  const legs = (isTransport: boolean, unitAt: typeof at | null) =>
    approachFeatures({ scene, hospital, unit, isTransport }, unitAt).features.map(({ properties, geometry }) => [
      properties.leg,
      geometry.coordinates.map(([lon]) => lon),
    ])
  const transfer = ['transfer', [179.99, expect.closeTo(180.02)]]
  expect(legs(false, at)).toEqual([transfer, ['unit', [179.9, 179.99]]])
  expect(legs(true, at)).toEqual([transfer, ['unit', [179.9, expect.closeTo(180.02)]]])
  expect(legs(true, null)).toEqual([transfer])
  expect(approachFeatures({ scene: null, hospital, unit, isTransport: false }, at).features).toEqual([])
})
