import { afterEach, expect, test, vi } from 'vitest'

import { Complaints } from '../live/complaints.ts'
import { lastDay, lastWeek, loadHistory } from './history.ts'

const NOW_MS = Date.UTC(2026, 10, 28, 8, 1, 2, 345)

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each([
  [300, 300, 288],
  [5, 300, 288],
  [60, 300, 288],
  [7, 301, 287],
  [900, 900, 96],
])('of windows of %d s, a day is asked for in steps of %d s: %d of them', (windowS, stepS, count) => {
  const { fromMs, toMs, stepS: asked } = lastDay(NOW_MS, windowS)
  expect(asked).toBe(stepS)
  expect((toMs - fromMs) / 1_000 / stepS).toBe(count)
  // Whole steps: what the gateway does not make longer.
  expect(toMs % (stepS * 1_000)).toBe(0)
  expect(toMs - NOW_MS).toBeGreaterThanOrEqual(0)
  expect(toMs - NOW_MS).toBeLessThan(stepS * 1_000)
})

test('of windows whose length nobody knows, the day is asked for as it was measured', () => {
  const { fromMs, toMs, stepS } = lastDay(NOW_MS, null)
  expect(stepS).toBeNull()
  expect(toMs - fromMs).toBe(86_400_000)
})

test('a week is asked for in hours, of whole windows', () => {
  const { fromMs, toMs, stepS } = lastWeek(NOW_MS, 300)
  expect({ stepS, hours: (toMs - fromMs) / 3_600_000 }).toEqual({ stepS: 3_600, hours: 168 })
  expect(lastWeek(NOW_MS, 7).stepS).toBe(3_605)
})

test('what one answer has not is asked for with its cursor', async () => {
  const window = (at: string): object => ({ window_start: `${at}T00:00:00Z`, window_end: `${at}T01:00:00Z`, vehicles: 1, mean_speed_kmh: 2 })
  const answers = [
    { from: '2026-11-26T00:00:00Z', to: '2026-11-27T00:00:00Z', next_cursor: 'n', windows: [window('2026-11-26')] },
    { from: '2026-11-27T00:00:00Z', to: '2026-11-28T00:00:00Z', next_cursor: null, windows: [window('2026-11-27')] },
  ]
  const fetch = vi.fn((path: string) => Promise.resolve(new Response(JSON.stringify(answers[path.includes('cursor=n') ? 1 : 0]))))
  vi.stubGlobal('fetch', fetch)
  const range = { fromMs: Date.UTC(2026, 10, 26), toMs: Date.UTC(2026, 10, 28), stepS: 3_600 }
  const history = await loadHistory(null, range, new Complaints(), new AbortController().signal)
  expect(fetch.mock.calls.map(([path]) => path.split('&').at(-1))).toEqual(['step=3600', 'cursor=n'])
  expect(history).toMatchObject({ fromMs: range.fromMs, toMs: range.toMs })
  expect(history.windows.map(({ startMs }) => startMs)).toEqual([range.fromMs, Date.UTC(2026, 10, 27)])
})
