import { expect, test } from 'vitest'

import { readForecast } from '../../contract/forecast.ts'
import { forecast, noForecast } from '../../contract/samples.ts'
import { aheadPaths, aheadTicks, mostAhead, windowsAhead, withHourAhead } from './ahead.ts'
import { scaleTo, ticks, timeAt } from './shape.ts'

const NOW_MS = Date.UTC(2026, 10, 28, 8)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A day of 24 hours, and an hour as wide as eight. */
const SPAN = withHourAhead({ fromMs: NOW_MS - 24 * HOUR_MS, toMs: NOW_MS })
const FORECAST = readForecast(forecast('r'))
const asIs = (kmh: number): number => kmh

test('the hour ahead takes a quarter of the width, and a place leads back to its time', () => {
  const { x } = scaleTo(SPAN, 1)
  expect([0, 12, 24].map((hours) => x(SPAN.fromMs + hours * HOUR_MS))).toEqual([0, 375, 750])
  expect([15, 30, 60].map((minutes) => x(NOW_MS + minutes * MINUTE_MS))).toEqual([812.5, 875, 1_000])
  for (const share of [0, 0.3, 0.75, 0.9, 1]) expect(x(timeAt(share, SPAN))).toBeCloseTo(1_000 * share)
  expect(timeAt(0.5, { fromMs: 10, toMs: 20 })).toBe(15)
})

test('hours are marked up to now, then minutes', () => {
  expect(ticks(SPAN, 'UTC').map(({ label }) => label)).toEqual(['12', '18', '00', '06'])
  expect(aheadTicks(SPAN)).toEqual([
    { ms: NOW_MS + 30 * MINUTE_MS, label: '+30' },
    { ms: NOW_MS + HOUR_MS, label: '+60' },
  ])
  expect(aheadTicks({ fromMs: 0, toMs: 1 })).toEqual([])
})

test('the line goes on from the last speed, and its band opens there', () => {
  const paths = aheadPaths(FORECAST, scaleTo(SPAN, 100), asIs)
  expect(paths?.line).toBe('M750 60L770.8 62L812.5 66L875 72L1000 84')
  expect(paths?.band).toBe('M750 60L770.8 58L812.5 58L875 60L1000 68L1000 100L875 84L812.5 74L770.8 66L750 60Z')
  expect(aheadPaths(FORECAST, scaleTo(SPAN, 50), (kmh) => kmh / 2)?.line).toBe(paths?.line)
  expect(mostAhead(FORECAST)).toBe(42)
})

test('without a last speed it begins with the first window, and nothing is drawn of nothing', () => {
  const alone = aheadPaths(readForecast(forecast('r', { last_speed_kmh: null })), scaleTo(SPAN, 100), asIs)
  expect(alone?.line).toMatch(/^M770.8 62L/)
  expect(aheadPaths(readForecast(noForecast('r', 'outage')), scaleTo(SPAN, 100), asIs)).toBeNull()
})

test('windows are of five minutes, and those that were measured are not read twice', () => {
  expect(windowsAhead(FORECAST, NOW_MS).map(({ minutes, startMs }) => [minutes, (startMs - NOW_MS) / MINUTE_MS])).toEqual([
    [5, 0],
    [15, 10],
    [30, 25],
    [60, 55],
  ])
  expect(windowsAhead(FORECAST, NOW_MS + 5 * MINUTE_MS).map(({ minutes }) => minutes)).toEqual([15, 30, 60])
})
