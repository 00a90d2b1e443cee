import { expect, test } from 'vitest'

import { readRoad, type Road } from '../contract/road.ts'
import { road } from '../contract/samples.ts'
import type { Collection } from './collection.ts'
import { changedLevels, countByLevel, windowS } from './roads.ts'

function of(levels: Record<string, string>): Collection<Road> {
  const all = Object.entries(levels).map(([id, level]) => readRoad(road(id, level)))
  return { things: new Map(all.map((one) => [one.id, one])), freshness: { asOfMs: 1, source: 'speed' } }
}

test('the map is told roads whose level is another one, alone', () => {
  const before = of({ a: 'free', b: 'free', gone: 'heavy' })
  const after = of({ a: 'free', b: 'jammed', c: 'light' })
  expect(changedLevels(before, after)).toEqual([
    { id: 'b', level: 'jammed' },
    { id: 'c', level: 'light' },
    { id: 'gone', level: 'unknown' },
  ])
})

test('each level has its number of roads', () => {
  expect(countByLevel(of({ a: 'free', b: 'free', c: 'jammed' }))).toMatchObject({ free: 2, jammed: 1, heavy: 0 })
})

test('how long windows are is told by any road that has one', () => {
  const times = { window_start: '2026-11-28T08:00:00Z', window_end: '2026-11-28T08:05:00Z' }
  const roads = of({ a: 'unknown' })
  expect(windowS(roads)).toBeNull()
  const measured = readRoad({ ...road('b', 'free'), ...times })
  expect(windowS({ ...roads, things: new Map([...roads.things, ['b', measured]]) })).toBe(300)
})
