import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { usual, usualHour } from '../contract/samples.ts'
import { Complaints } from '../live/complaints.ts'
import { START, city, setView } from '../state/store.ts'
import { CITY_TRENDS } from '../state/trends.ts'
import { selected } from '../state/view.ts'
import { leave } from './session.ts'
import { followUsual } from './usual.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const fetch = vi.fn<typeof globalThis.fetch>()
const onError = vi.fn<(error: unknown) => void>()
const log = vi.fn<(line: string) => void>()
let end: () => void

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 8) })
  vi.stubGlobal('fetch', fetch)
  answers()
  city.setState({ ...START, session: { status: 'in', person: { name: 'ada', role: 'viewer', expiresMs: null } } }, true)
  end = followUsual(new Complaints(log), onError)
})

afterEach(() => {
  end()
  city.setState(START, true)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  for (const mock of [fetch, onError, log]) mock.mockReset()
})

function answers(status = 200, body: object = usual('UTC', usualHour(1, 8, 42))): void {
  fetch.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })))
}

function asked(): readonly string[] {
  return fetch.mock.calls.map(([path]) => path as string)
}

function known(): readonly string[] {
  return [...city.getState().usual.keys()]
}

async function open(id: string | null): Promise<void> {
  setView((view) => selected(view, id === null ? null : { kind: 'road', id }))
  await vi.advanceTimersByTimeAsync(0)
}

test('it is asked for when a card opens or one road has its trends, once of both, and never of each tick', async () => {
  expect(asked()).toEqual([])
  await open('road/1')
  setView((view) => ({ ...view, trends: { ...CITY_TRENDS, roads: ['road/1'] } }))
  await vi.advanceTimersByTimeAsync(0)
  expect(asked()).toEqual(['/api/analytics/usual/road%2F1'])
  expect(city.getState().usual.get('road/1')).toMatchObject({ timeZone: 'UTC', hours: [{ medianSpeedKmh: 42 }] })
  city.setState(({ live }) => ({ live: { ...live } }))
  setView((view) => ({ ...view, theme: 'dark' }))
  setView((view) => ({ ...view, trends: { ...CITY_TRENDS, roads: ['other'] } }))
  setView((view) => ({ ...view, trends: { ...CITY_TRENDS, roads: ['other', 'third'] } }))
  await vi.advanceTimersByTimeAsync(0)
  expect(asked()).toEqual(['/api/analytics/usual/road%2F1', '/api/analytics/usual/other'])
})

test('it is kept for an hour, then asked for anew where it is still shown', async () => {
  await open('a')
  await open('b')
  await open('a')
  expect(asked()).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(HOUR_MS - 1)
  expect(asked()).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(asked().slice(2)).toEqual(['/api/analytics/usual/a'])
  // What nobody looked at for as long is forgotten.
  expect(known()).toEqual(['a'])
})

test('what failed is told, asked for again after a minute, and what was known stays', async () => {
  answers(503, { detail: 'the store is away' })
  await open('a')
  expect(known()).toEqual([])
  expect(onError.mock.lastCall?.[0]).toMatchObject({ status: 503 })
  answers()
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  expect(known()).toEqual(['a'])
  answers(200, { ...usual('UTC'), hours: null })
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(onError.mock.lastCall?.[0]).toMatchObject({ field: 'hours' })
  expect(onError).toHaveBeenCalledTimes(2)
  expect(known()).toEqual(['a'])
})

test('a road that the gateway does not know has none, which is no failure', async () => {
  answers(404, { detail: 'no such road' })
  await open('a')
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  expect(asked()).toHaveLength(1)
  expect(onError).not.toHaveBeenCalled()
  expect(known()).toEqual([])
})

test('an hour that can not be read is complained of', async () => {
  answers(200, usual('UTC', usualHour(8, 8, 42), usualHour(1, 8, 42)))
  await open('a')
  expect(log).toHaveBeenCalledExactlyOnceWith('usual hour: weekday: is not 1 to 7')
  expect(city.getState().usual.get('a')?.hours).toHaveLength(1)
})

test('signing out forgets it', async () => {
  await open('a')
  expect(known()).toEqual(['a'])
  await leave()
  expect(known()).toEqual([])
})

test('what ends it forgets what is known, and waits for no answer', async () => {
  await open('a')
  fetch.mockImplementation(() => new Promise(() => undefined))
  await open('b')
  end()
  expect(known()).toEqual([])
  expect(fetch.mock.lastCall?.[1]?.signal?.aborted).toBe(true)
  await open('c')
  expect(asked()).toHaveLength(2)
})
