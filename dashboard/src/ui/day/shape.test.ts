import { expect, test } from 'vitest'

import type { Level } from '../../contract/road.ts'
import { areaPath, bandPath, dayTicks, extremes, highest, linePath, middleOf, nearest, runs, scaleOf, shades, ticks, type DayPoint, type Span } from './shape.ts'

const HOUR_MS = 3_600_000
const STEP_MS = 300_000
const DAY: Span = { fromMs: Date.UTC(2026, 10, 27, 8), toMs: Date.UTC(2026, 10, 28, 8) }

function window(at: number, value: number | null, level: Level | null = 'free'): DayPoint {
  const startMs = DAY.fromMs + at * STEP_MS
  return { startMs, endMs: startMs + STEP_MS, value, level }
}

/** A short day, so that numbers can be followed: ten windows wide, from 0 to 50. */
const SHORT: Span = { fromMs: DAY.fromMs, toMs: DAY.fromMs + 10 * STEP_MS }

test('the field goes from 0 to a round number, beyond all values and the reference', () => {
  expect(scaleOf(SHORT, [window(0, 41)], 50).y(50)).toBe(0)
  expect(scaleOf(SHORT, [window(0, 51)], 50).y(60)).toBe(0)
  expect(scaleOf(SHORT, [window(0, null)], null).y(0)).toBe(100)
  expect(scaleOf(SHORT, [], 50).x(SHORT.toMs)).toBe(1_000)
})

test('a line goes through windows that follow on each other', () => {
  const points = [window(0, 50), window(1, 25)]
  expect(linePath(points, scaleOf(SHORT, points, 50))).toBe('M0 0H100V50H200')
})

test('where nothing was measured there is no line', () => {
  const points = [window(0, 50), window(2, 50), window(3, null), window(4, 25), window(5, 0)]
  expect(runs(points).map((run) => run.length)).toEqual([1, 1, 2])
  expect(linePath(points, scaleOf(SHORT, points, 50))).toBe('M0 0H100M200 0H300M400 50H500V100H600')
})

test('what is below a line ends where it ends', () => {
  const points = [window(0, 50), window(1, 25), window(3, 50)]
  expect(areaPath(points, scaleOf(SHORT, points, 50))).toBe('M0 100V0H100V50H200V100ZM300 100V0H400V100Z')
})

test('a band goes along its highs and back along its lows, and ends where it ends', () => {
  const band = [[0, 10, 50], [1, 20, 40], [3, 0, 25]].map(([at = 0, low = 0, high = 0]) => ({ ...window(at, null), low, high }))
  expect(bandPath(band, scaleOf(SHORT, [], 50))).toBe('M0 0H100V20H200V60H100V80H0ZM300 50H400V100H300Z')
  expect(bandPath([], scaleOf(SHORT, [], 50))).toBe('')
  expect(highest(band, 45)).toBe(50)
  expect(highest(band, 55)).toBe(55)
  expect(highest([], null)).toBeNull()
})

test('the middle of a window is halfway', () => {
  expect(middleOf({ startMs: 10, endMs: 20 })).toBe(15)
})

test('one window alone is a dash, none is nothing', () => {
  expect(linePath([window(9, 25)], scaleOf(SHORT, [], 50))).toBe('M900 50H1000')
  expect(linePath([], scaleOf(SHORT, [], 50))).toBe('')
})

test('what is lacking to the reference has the colour of its level; what flows freely has none', () => {
  const points = [window(0, 45), window(1, 40, 'light'), window(2, 30, 'light'), window(3, 5, 'jammed'), window(5, 20, 'heavy')]
  expect(shades(points, scaleOf(SHORT, points, 50), 50)).toEqual([
    { level: 'light', path: 'M100 0V20H200V40H300V0Z' },
    { level: 'jammed', path: 'M300 0V90H400V0Z' },
    { level: 'heavy', path: 'M500 0V60H600V0Z' },
  ])
})

test('a jam without a speed lacks all of it, a window without anything lacks nothing', () => {
  const points = [window(0, null, 'jammed'), window(1, null, 'unknown'), window(2, 10, null), window(3, 60, 'light')]
  expect(shades(points, scaleOf(SHORT, points, 60), 60)).toEqual([{ level: 'jammed', path: 'M0 0V100H100V0Z' }])
})

test('hours are those of the city', () => {
  expect(ticks(DAY, 'UTC').map(({ label }) => label)).toEqual(['12', '18', '00', '06'])
  const [first] = ticks(DAY, 'Asia/Kathmandu')
  expect(first).toEqual({ ms: Date.UTC(2026, 10, 27, 12, 15), label: '18' })
})

test.each([
  ['the day that clocks go back', Date.UTC(2026, 9, 24, 22), 24, ['00', '06', '12', '18'], [0, 7, 13, 19]],
  ['the day that clocks go forward', Date.UTC(2026, 2, 28, 23), 24, ['00', '06', '12', '18', '00'], [0, 5, 11, 17, 23]],
])('%s has its hours where its clocks have them', (_, fromMs, hours, labels, at) => {
  const marked = ticks({ fromMs, toMs: fromMs + hours * HOUR_MS }, 'Europe/Berlin')
  expect(marked.map(({ label }) => label)).toEqual(labels)
  expect(marked.map(({ ms }) => (ms - fromMs) / HOUR_MS)).toEqual(at)
})

test('an hour that clocks have twice is marked once', () => {
  // On the Azores, clocks go back from 01:00 to 00:00.
  const fromMs = Date.UTC(2026, 9, 24, 22)
  const marked = ticks({ fromMs, toMs: fromMs + 10 * HOUR_MS }, 'Atlantic/Azores')
  expect(marked.map(({ label }) => label)).toEqual(['00', '06'])
})

test('days begin where the clocks of the city have it', () => {
  const week: Span = { fromMs: Date.UTC(2026, 9, 23, 22), toMs: Date.UTC(2026, 9, 26, 12) }
  expect(dayTicks(week, 'Europe/Berlin')).toEqual([
    { ms: Date.UTC(2026, 9, 23, 22), label: 'Sat 24' },
    { ms: Date.UTC(2026, 9, 24, 22), label: 'Sun 25' },
    { ms: Date.UTC(2026, 9, 25, 23), label: 'Mon 26' },
  ])
})

test('slowest and fastest are the first of their kind, and none of nothing', () => {
  const points = [window(0, 30), window(1, null), window(2, 10), window(3, 10), window(4, 40)]
  expect(extremes(points)).toEqual({ least: points[2], most: points[4] })
  expect(extremes([window(0, null)])).toBeNull()
  const [only] = [window(0, 7)]
  expect(extremes([window(0, 7)])).toEqual({ least: only, most: only })
})

test('the nearest window is read, over a gap too', () => {
  const points = [window(0, 1), window(1, 2), window(9, 3)]
  expect(nearest(points, DAY.fromMs - HOUR_MS)).toBe(0)
  expect(nearest(points, DAY.fromMs + STEP_MS)).toBe(1)
  expect(nearest(points, DAY.fromMs + 1.5 * STEP_MS)).toBe(1)
  expect(nearest(points, DAY.fromMs + 6 * STEP_MS)).toBe(2)
  expect(nearest([], DAY.fromMs)).toBe(-1)
})
