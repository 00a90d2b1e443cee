import { expect, test } from 'vitest'

import type { FlowWindow } from '../contract/history.ts'
import { CITY_TRENDS, meanSpeedKmh, moments, shownIn, withRoad, withoutRoad } from './trends.ts'

function window(startMs: number, meanSpeedKmh: number | null, readings: number | null = 1): FlowWindow {
  return { startMs, endMs: startMs + 10, readings, vehicles: 1, meanSpeedKmh, level: null }
}

test('a road is held against the first one, and each is there once', () => {
  const one = withRoad(CITY_TRENDS, 'a')
  expect(one.roads).toEqual(['a'])
  expect(withRoad(one, 'a').roads).toEqual(['a'])
  expect(withRoad(withRoad(one, 'b'), 'c').roads).toEqual(['a', 'c'])
  expect(withRoad(withRoad(one, 'b'), 'a').roads).toEqual(['a', 'b'])
  expect(withoutRoad(withRoad(one, 'b'), 'a').roads).toEqual(['b'])
})

test('without a road it is the whole city', () => {
  expect(shownIn(withoutRoad(withRoad(CITY_TRENDS, 'a'), 'a'))).toEqual([null])
  expect(shownIn(withRoad(CITY_TRENDS, 'a'))).toEqual(['a'])
})

test('each time that any history has is one moment, in order', () => {
  const [first, second, third] = [window(0, 1), window(10, 2), window(10, 3)]
  expect(moments([[second], [first, third]])).toEqual([
    { startMs: 0, endMs: 10, windows: [null, first] },
    { startMs: 10, endMs: 20, windows: [second, third] },
  ])
  expect(moments([[], []])).toEqual([])
})

test('each reading counts once in a mean, and what has no speed does not', () => {
  expect(meanSpeedKmh([window(0, 10, 3), window(10, 50, 1), window(20, null, 9), window(30, 99, null)])).toBe(20)
  expect(meanSpeedKmh([window(0, null)])).toBeNull()
  expect(meanSpeedKmh([window(0, 10, 0)])).toBeNull()
})
