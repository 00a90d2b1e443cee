import { expect, test } from 'vitest'

import { readForecast } from '../contract/forecast.ts'
import type { AnyChange } from '../contract/message.ts'
import { readRoad } from '../contract/road.ts'
import { CAR, forecast, noForecast, road } from '../contract/samples.ts'
import { readVehicle } from '../contract/vehicle.ts'
import { lookingAhead, outlookOf, stopOf } from './ahead.ts'
import { backToLive, lookingBack } from './past.ts'
import { START, withNews, type CityState } from './store.ts'

const MADE_MS = Date.UTC(2026, 10, 28, 8)
const MINUTE_MS = 60_000
const NOW_MS = MADE_MS + 2 * MINUTE_MS
const FRESH = { asOfMs: MADE_MS, source: 'speed' } as const

function told(...forecasts: readonly object[]): AnyChange {
  return { topic: 'predictions', whole: true, changed: forecasts.map(readForecast), removed: [], freshness: FRESH }
}

function roads(...ids: readonly string[]): AnyChange {
  return { topic: 'traffic', whole: true, changed: ids.map((id) => readRoad(road(id, 'free'))), removed: [], freshness: FRESH }
}

const CARS: AnyChange = { topic: 'vehicles', whole: true, changed: [readVehicle(CAR)], removed: [], freshness: FRESH }

function after(state: CityState, ...changes: readonly AnyChange[]): CityState {
  return { ...state, ...withNews(state, changes) }
}

function levels({ shown }: CityState): Record<string, string> {
  return Object.fromEntries([...shown.traffic.things].map(([id, { level }]) => [id, level]))
}

const NOW = after(START, roads('a', 'b', 'c', 'd'), CARS, told(forecast('a'), noForecast('b', 'outage'), forecast('c', { stale: true })))
const AHEAD: CityState = { ...NOW, ...lookingAhead(NOW, 15, NOW_MS) }

test('roads have the levels that are expected; without a forecast, or with an old one, they are unknown', () => {
  expect(AHEAD.past).toMatchObject({ ahead: 15, atMs: MADE_MS + 15 * MINUTE_MS, answer: { status: 'known' } })
  expect(levels(AHEAD)).toEqual({ a: 'moderate', b: 'unknown', c: 'unknown', d: 'unknown' })
  expect(AHEAD.shown.traffic.things.get('a')).toMatchObject({ name: 'Road a', meanSpeedKmh: 34, windowEndMs: null })
  expect(levels({ ...NOW, ...lookingAhead(AHEAD, 60, NOW_MS) })).toMatchObject({ a: 'jammed' })
  expect(AHEAD.shown.vehicles).toBe(NOW.live.vehicles)
})

test('news are shown as they come: of roads what is expected, of all else what is', () => {
  const later = after(AHEAD, { ...CARS, changed: [] })
  expect(later.shown.vehicles.things.size).toBe(0)
  expect(later.shown.traffic).toBe(AHEAD.shown.traffic)
  const made = forecast('d', { as_of: '2026-11-28T08:05:00Z' })
  const newer = after(AHEAD, told(made), roads('a', 'd'))
  expect(levels(newer)).toEqual({ a: 'unknown', d: 'moderate' })
  expect(newer.past?.atMs).toBe(MADE_MS + 20 * MINUTE_MS)
})

test('from there one comes back to now, and to the past', () => {
  expect(backToLive(AHEAD).shown).toBe(AHEAD.live)
  const back = { ...AHEAD, ...lookingBack(AHEAD, MADE_MS) }
  expect(back.past).toMatchObject({ ahead: null, answer: { status: 'loading' } })
  expect(after(back, told()).shown).toBe(back.shown)
})

test('before any forecast has come, the time is counted from now and no road is known', () => {
  const early = after(START, roads('a'))
  const looked = { ...early, ...lookingAhead(early, 5, NOW_MS) }
  expect(looked.past?.atMs).toBe(NOW_MS + 5 * MINUTE_MS)
  expect(levels(looked)).toEqual({ a: 'unknown' })
})

test.each([
  ['unknown', START],
  ['none', after(START, told())],
  ['none', after(START, told(noForecast('a', 'not_made')))],
  ['old', after(START, told(forecast('a', { stale: true }), noForecast('b', 'outage')))],
  ['there', NOW],
] as const)('the outlook is %s', (outlook, { forecasts }) => {
  expect(outlookOf(forecasts)).toBe(outlook)
})

test('forecasts are no part of the city as it is', () => {
  expect(Object.keys(NOW.live)).not.toContain('predictions')
  expect(NOW.shown).toBe(NOW.live)
})

test('only the minutes of forecasts are stops', () => {
  expect([5, 15, 30, 60, 0, 10, Number.NaN].map(stopOf)).toEqual([5, 15, 30, 60, null, null, null])
})
