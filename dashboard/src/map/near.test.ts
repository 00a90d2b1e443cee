import { expect, test } from 'vitest'

import { nearOf, type Sight } from './near.ts'

function sight(west: number, east: number, zoom = 15): Sight {
  return { zoom, west, east, south: 48, north: 48.01 }
}

test('from afar nothing is near', () => {
  expect(nearOf(sight(11, 12, 12.9), null)).toBeNull()
})

test('what is near is the window and half of it on each side', () => {
  const [west, south, east, north] = nearOf(sight(11.5, 11.52), null) ?? []
  expect([west, south, east, north]).toEqual([11.49, 47.995, 11.53, 48.015].map((one) => expect.closeTo(one) as number))
})

test('it stays while the window lies in it, and while it is not far more', () => {
  const first = nearOf(sight(11.5, 11.52), null)
  expect(nearOf(sight(11.508, 11.528), first)).toBe(first)
  expect(nearOf(sight(11.512, 11.532), first)).not.toBe(first)
  expect(nearOf({ ...sight(11.508, 11.511), south: 48.004, north: 48.005 }, first)).not.toBe(first)
  expect(nearOf(sight(11.5, 11.52, 12), first)).toBeNull()
})

test.each([
  [179.98, 180.02],
  [-180.02, -179.98],
  [539.98, 540.02],
])('over the 180th meridian west is the greater one: %d to %d', (west, east) => {
  const near = nearOf(sight(west, east), null)
  expect(near?.[0]).toBeCloseTo(179.96)
  expect(near?.[2]).toBeCloseTo(-179.96)
  expect(nearOf(sight(west + 0.01, east + 0.01), near)).toBe(near)
})

test('who has turned the map round the world asks for where the city is', () => {
  const near = nearOf(sight(371.5, 371.52), null)
  expect(near?.[0]).toBeCloseTo(11.49)
  expect(near?.[2]).toBeCloseTo(11.53)
})

test('a window as wide as the world asks for all of it', () => {
  expect(nearOf(sight(-300, 300), null)).toEqual([-180, expect.closeTo(47.995), 180, expect.closeTo(48.015)])
})
