import { expect, test } from 'vitest'

import type { VehicleType } from '../contract/vehicle.ts'
import { clusterZoom, clustersOf, radiusPx, type Spot } from './clusters.ts'

const WORLD_PX = 512 * 2 ** 10
const PX = 1 / WORLD_PX

function spot(id: string, xPx: number, yPx: number, type: VehicleType = 'car'): Spot {
  return { id, type, x: 0.53 + xPx * PX, y: 0.35 + yPx * PX }
}

test('vehicles that lie on each other are one group, with how many of each type', () => {
  const [group, ...more] = clustersOf([spot('a', 0, 0), spot('b', 4, 2, 'bus'), spot('c', 8, 1)], WORLD_PX)
  expect(more).toEqual([])
  expect([...(group?.counts ?? [])]).toEqual([['car', 2], ['bus', 1]])
  expect(group?.ids).toEqual(['a', 'b', 'c'])
  expect(((group?.x ?? 0) - 0.53) * WORLD_PX).toBeCloseTo(4)
  expect(((group?.box.east ?? 0) - (group?.box.west ?? 0)) * WORLD_PX).toBeCloseTo(8)
})

test('one by itself is no group', () => {
  expect(clustersOf([spot('a', 0, 0), spot('far', 900, 0)], WORLD_PX)).toEqual([])
})

test('groups lie apart, and nobody is lost or told twice', () => {
  const crowd = Array.from({ length: 2_000 }, (_, at) => spot(String(at), (at * 37) % 800, (at * 53) % 600))
  const groups = clustersOf(crowd, WORLD_PX)
  const ids = groups.flatMap((group) => group.ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(1_990)
  expect(groups.length).toBeGreaterThan(20)
  for (const [at, one] of groups.entries()) {
    for (const other of groups.slice(at + 1)) {
      expect(Math.hypot(one.x - other.x, one.y - other.y) * WORLD_PX).toBeGreaterThan(radiusPx(2))
    }
  }
})

test('a zoom that is nearly the same keeps the groups', () => {
  const crowd = Array.from({ length: 300 }, (_, at) => spot(String(at), (at * 37) % 1_600, (at * 53) % 1_200))
  const names = (px: number) => clustersOf(crowd, px).map(({ ids }) => ids.length).sort()
  expect(names(WORLD_PX * 1.001)).toEqual(names(WORLD_PX))
})

test('a group grows with its vehicles, and never over the city', () => {
  expect(radiusPx(2)).toBeLessThan(radiusPx(50))
  expect(radiusPx(100_000)).toBe(radiusPx(1_000_000))
})

test.each([
  [0, 11.5],
  [1_000, 11.5],
  [4_000, 12.5],
  [16_000, 13.5],
  [10_000_000, 15],
])('%d vehicles are told in groups below zoom %d', (count, zoom) => {
  expect(clusterZoom(count)).toBe(zoom)
})
