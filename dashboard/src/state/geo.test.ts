import { expect, test } from 'vitest'

import { distanceM } from './geo.ts'

const QUARTER_M = (Math.PI / 2) * 6_371_008.8

test('a distance is along the ground', () => {
  expect(distanceM({ lon: 11, lat: 48 }, { lon: 11, lat: 48 })).toBe(0)
  expect(distanceM({ lon: 0, lat: 0 }, { lon: 90, lat: 0 })).toBeCloseTo(QUARTER_M, 3)
  expect(distanceM({ lon: 0, lat: 0 }, { lon: 123, lat: 90 })).toBeCloseTo(QUARTER_M, 3)
  // Munich to Berlin.
  expect(distanceM({ lon: 11.575, lat: 48.137 }, { lon: 13.405, lat: 52.52 }) / 1_000).toBeCloseTo(504, -1)
})

test('over the 180th meridian it is the short one', () => {
  const there = distanceM({ lon: 179.99, lat: -17 }, { lon: -179.99, lat: -17 })
  expect(there).toBeCloseTo(distanceM({ lon: 10, lat: -17 }, { lon: 10.02, lat: -17 }), 3)
  expect(there).toBeLessThan(2_200)
})
