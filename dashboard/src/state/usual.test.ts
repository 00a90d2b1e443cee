import { expect, test } from 'vitest'

import { usual, usualHour, usualWeek } from '../contract/samples.ts'
import { readUsual, type UsualHour } from '../contract/usual.ts'
import { CITY_TRENDS } from './trends.ts'
import { compared, roadsLookedAt, usualAt, usualSpans, type UsualAt } from './usual.ts'

const HOUR_MS = 3_600_000

function profile(answer: object): UsualAt {
  return usualAt(readUsual(answer, (error) => { throw error }))
}

function slot(hour: UsualHour | null): string | null {
  return hour === null ? null : `${hour.weekday}/${hour.hour}`
}

/** Hours of a range, and how long each is. */
function spans(timeZone: string, fromMs: number, toMs: number): readonly (readonly [hour: number, hours: number])[] {
  return usualSpans({ fromMs, toMs }, profile(usualWeek(timeZone))).map(({ hour, startMs, endMs }) => [hour, (endMs - startMs) / HOUR_MS])
}

test.each([
  ['Monday begins a week', 'UTC', Date.UTC(2026, 10, 23, 0), '1/0'],
  ['Sunday ends it', 'UTC', Date.UTC(2026, 10, 29, 23, 59, 59, 999), '7/23'],
  ['the city is in another day', 'Pacific/Auckland', Date.UTC(2026, 10, 22, 11), '1/0'],
  ['a clock is three quarters of an hour off', 'Asia/Kathmandu', Date.UTC(2026, 10, 28, 18, 14), '6/23'],
  ['and a minute later', 'Asia/Kathmandu', Date.UTC(2026, 10, 28, 18, 15), '7/0'],
  ['before clocks go forward', 'Europe/Berlin', Date.UTC(2026, 2, 29, 0, 59), '7/1'],
  ['after it', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1), '7/3'],
  ['the first of an hour that is twice', 'Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30), '7/2'],
  ['the second', 'Europe/Berlin', Date.UTC(2026, 9, 25, 1, 30), '7/2'],
])('the hour of the week is that of the profile: %s', (_, timeZone, ms, expected) => {
  expect(slot(profile(usualWeek(timeZone))(ms))).toBe(expected)
})

test('an hour of which nothing is known has none', () => {
  const at = profile(usual('UTC', usualHour(1, 8, 42)))
  expect(at(Date.UTC(2026, 10, 23, 8))?.medianSpeedKmh).toBe(42)
  expect(at(Date.UTC(2026, 10, 23, 9))).toBeNull()
  expect(at(Date.UTC(2026, 10, 24, 8))).toBeNull()
})

test('a day of 23 hours skips one, a day of 25 has one that is as long as two', () => {
  const short = spans('Europe/Berlin', Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22))
  expect(short).toHaveLength(23)
  expect(short.slice(0, 4)).toEqual([[0, 1], [1, 1], [3, 1], [4, 1]])
  const long = spans('Europe/Berlin', Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 23))
  expect(long).toHaveLength(24)
  expect(long.slice(1, 4)).toEqual([[1, 1], [2, 2], [3, 1]])
})

test('an hour begins where the clock of the city has it, and a range ends where it ends', () => {
  const fromMs = Date.UTC(2026, 10, 28, 12, 0, 7)
  const found = usualSpans({ fromMs, toMs: fromMs + 2 * HOUR_MS }, profile(usualWeek('Asia/Kathmandu')))
  expect(found.map(({ hour, startMs, endMs }) => [hour, startMs, endMs])).toEqual([
    [17, fromMs, Date.UTC(2026, 10, 28, 12, 15)],
    [18, Date.UTC(2026, 10, 28, 12, 15), Date.UTC(2026, 10, 28, 13, 15)],
    [19, Date.UTC(2026, 10, 28, 13, 15), fromMs + 2 * HOUR_MS],
  ])
})

test('what is not known of a range is left out', () => {
  const at = profile(usual('UTC', usualHour(1, 8, 42), usualHour(1, 10, 30)))
  const found = usualSpans({ fromMs: Date.UTC(2026, 10, 23), toMs: Date.UTC(2026, 10, 24) }, at)
  expect(found.map(({ hour, medianSpeedKmh }) => [hour, medianSpeedKmh])).toEqual([[8, 42], [10, 30]])
})

test('a speed at the end of a band is within it', () => {
  expect([34, 35, 40, 48, 49].map((speed) => compared(speed, 35, 48))).toEqual(['below', 'within', 'within', 'within', 'above'])
})

test('it is wanted of the road on the card, and of one whose trends are shown alone', () => {
  const trends = { ...CITY_TRENDS, roads: ['a'] }
  const selection = { kind: 'road', id: 'b' } as const
  expect(roadsLookedAt({ selection: null, trends: null })).toEqual([])
  expect(roadsLookedAt({ selection: { kind: 'sensor', id: 'a' }, trends: CITY_TRENDS })).toEqual([])
  expect(roadsLookedAt({ selection, trends })).toEqual(['b', 'a'])
  expect(roadsLookedAt({ selection: { ...selection, id: 'a' }, trends })).toEqual(['a'])
  expect(roadsLookedAt({ selection, trends: { ...trends, roads: ['a', 'c'] } })).toEqual(['b'])
})
