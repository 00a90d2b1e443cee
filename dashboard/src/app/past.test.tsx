import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readForecast } from '../contract/forecast.ts'
import { forecast, incident, road } from '../contract/samples.ts'
import { START, city, withNews } from '../state/store.ts'
import { followPast, leavePast, lookAhead, lookBack, openAt, openPast, playPast, stepPast } from './past.ts'

const NOW_MS = Date.UTC(2026, 10, 28, 8, 7)
const MINUTE_MS = 60_000
const fetch = vi.fn<typeof globalThis.fetch>()
let end: () => void

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS })
  vi.stubGlobal('fetch', fetch)
  answers()
  city.setState({ ...START, session: { status: 'in', person: { name: 'ada', role: 'viewer', expiresMs: null } } }, true)
  end = followPast()
})

afterEach(() => {
  end()
  city.setState(START, true)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
})

/** Roads are jammed, and called after their window's time. */
function bodyOf(url: URL): object {
  const time = url.searchParams.get('time') ?? ''
  const window = { window_start: '2026-11-28T08:00:00Z', window_end: '2026-11-28T08:05:00Z' }
  switch (url.pathname) {
    case '/api/traffic/at':
      return { ...window, roads: [road(time, 'jammed')] }
    case '/api/vehicles/at':
      return { ...window, vehicles: [] }
    case '/api/emergencies/history':
      return { emergencies: [{ ...incident('i', 3), history: { reported: '2026-11-28T07:00:00Z' } }] }
    default:
      return { from: '2026-11-27T08:10:00Z', to: '2026-11-28T08:10:00Z', windows: [] }
  }
}

function answers(status = 200, delayMs: (url: URL) => number = () => 0): void {
  fetch.mockImplementation(async (input, init) => {
    const url = new URL(input as string, 'http://city')
    await new Promise((resolve) => setTimeout(resolve, delayMs(url)))
    init?.signal?.throwIfAborted()
    return new Response(JSON.stringify(status === 200 ? bodyOf(url) : { detail: 'out of order' }), { status })
  })
}

function asked(path: string): readonly string[] {
  return fetch.mock.calls.map(([url]) => url as string).filter((url) => url.startsWith(path))
}

function shownRoads(): readonly string[] {
  return [...city.getState().shown.traffic.things.keys()]
}

test('it opens at the last whole step, and shows what was then', async () => {
  openPast()
  const atMs = Date.UTC(2026, 10, 28, 8)
  expect(city.getState().past).toMatchObject({ atMs, answer: { status: 'loading' } })
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past).toMatchObject({ answer: { status: 'known' }, incidents: [{ id: 'i' }], history: { windows: [] } })
  expect(shownRoads()).toEqual([String(atMs)])
  expect(city.getState().shown.emergencies.things.has('i')).toBe(true)
  leavePast()
  expect(city.getState()).toMatchObject({ past: null })
  expect(city.getState().shown).toBe(city.getState().live)
})

test('who drags asks for where they stay alone', async () => {
  for (let at = 30; at > 0; at -= 1) {
    lookBack(NOW_MS - at * MINUTE_MS)
    await vi.advanceTimersByTimeAsync(20)
  }
  await vi.advanceTimersByTimeAsync(200)
  expect(asked('/api/traffic/at')).toEqual([`/api/traffic/at?time=${NOW_MS - MINUTE_MS}`])
  expect(asked('/api/emergencies')).toHaveLength(1)
})

test('the answer of an old position never wins', async () => {
  const [slow, quick] = [NOW_MS - 30 * MINUTE_MS, NOW_MS - 20 * MINUTE_MS]
  answers(200, (url) => (url.searchParams.get('time') === String(slow) ? 1_000 : 0))
  lookBack(slow)
  await vi.advanceTimersByTimeAsync(200)
  lookBack(quick)
  const signal = fetch.mock.calls.find(([url]) => (url as string).includes(String(slow)))?.[1]?.signal
  expect(signal?.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(shownRoads()).toEqual([String(quick)])
})

test('what does not change any more is asked for once, and the day again after a minute', async () => {
  for (const minutes of [60, 50, 60, 1, 50, 1]) {
    lookBack(NOW_MS - minutes * MINUTE_MS)
    await vi.advanceTimersByTimeAsync(200)
    expect(city.getState().past?.answer.status).toBe('known')
  }
  expect(asked('/api/traffic/at')).toHaveLength(4)
  expect(asked('/api/analytics/history')).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  stepPast(-1)
  await vi.advanceTimersByTimeAsync(200)
  expect(asked('/api/analytics/history')).toHaveLength(2)
})

test.each([
  [503, { why: 'away' }],
  [500, { why: 'refused', detail: 'out of order' }],
] as const)('%d is said, and can be asked for again', async (status, failure) => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  answers(status)
  openPast()
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past?.answer).toEqual({ status: 'failed', failure })
  expect(city.getState().shown.traffic.freshness).toBeNull()
  answers()
  lookBack(city.getState().past?.atMs ?? 0)
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past?.answer.status).toBe('known')
})

test('time goes on by itself, not faster than can be seen, and stops at now', async () => {
  lookBack(NOW_MS - 17 * MINUTE_MS)
  await vi.advanceTimersByTimeAsync(200)
  playPast(true)
  const seen = new Set<number>()
  const times: number[] = []
  city.subscribe(({ past }) => {
    if (past === null || seen.has(past.atMs)) return
    seen.add(past.atMs)
    times.push(performance.now())
  })
  await vi.advanceTimersByTimeAsync(5_000)
  expect([...seen].map((ms) => new Date(ms).toISOString().slice(11, 16))).toEqual(['07:55', '08:00', '08:05'])
  expect(times.slice(1).every((ms, at) => ms - (times[at] ?? 0) >= 700)).toBe(true)
  expect(city.getState().past?.isPlaying).toBe(false)
})

test('after the newest step come the forecasts, where there are any, and nothing of them is asked for', async () => {
  openPast()
  await vi.advanceTimersByTimeAsync(200)
  stepPast(1)
  stepPast(1)
  expect(city.getState().past).toMatchObject({ ahead: null, atMs: Date.UTC(2026, 10, 28, 8, 5) })
  const freshness = { asOfMs: NOW_MS, source: 'speed' } as const
  const told = { topic: 'predictions', whole: true, changed: [readForecast(forecast('a'))], removed: [], freshness } as const
  city.setState((state) => withNews(state, [told]))
  await vi.advanceTimersByTimeAsync(200)
  fetch.mockClear()
  const seen = [1, 1, 1, 1, 1, -1, -1, -1].map((direction) => {
    stepPast(direction as 1 | -1)
    return city.getState().past?.ahead
  })
  expect(seen).toEqual([5, 15, 30, 60, 60, 30, 15, 5])
  await vi.advanceTimersByTimeAsync(200)
  expect(fetch).not.toHaveBeenCalled()
  stepPast(-1)
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past).toMatchObject({ ahead: null, atMs: Date.UTC(2026, 10, 28, 8, 5), answer: { status: 'known' } })
})

test('who comes by a link to a forecast has the line of the day, too', async () => {
  lookAhead(15)
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past).toMatchObject({ ahead: 15, incidents: [{ id: 'i' }], history: { windows: [] } })
  expect(asked('/api/traffic/at')).toEqual([])
  expect(asked('/api/emergencies')).toHaveLength(1)
})

test('a link of the last day is opened, of another time is of now', () => {
  openAt(NOW_MS - MINUTE_MS)
  expect(city.getState().past?.atMs).toBe(NOW_MS - MINUTE_MS)
  openAt(NOW_MS + MINUTE_MS)
  expect(city.getState().past).toBeNull()
  openAt(NOW_MS - MINUTE_MS)
  openAt(null)
  expect(city.getState().past).toBeNull()
})

test('who has to sign in again finds the time that was looked at', async () => {
  answers(401)
  openPast()
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().session.status).toBe('out')
  end()
  answers()
  end = followPast()
  await vi.advanceTimersByTimeAsync(200)
  expect(city.getState().past?.answer.status).toBe('known')
})
