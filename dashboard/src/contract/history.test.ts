import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { readFlowPage } from './history.ts'

const WINDOW = {
  window_start: '2026-11-28T08:00:00Z',
  window_end: '2026-11-28T08:05:00Z',
  readings: 4,
  vehicles: 12,
  mean_speed_kmh: 31.5,
  congestion: { level: 'light', ratio: 0.63 },
  source: 'speed',
}

function answer(...windows: unknown[]): object {
  return { road_id: 'road-1', from: '2026-11-27T08:05:00Z', to: '2026-11-28T08:05:00Z', windows }
}

test('a history has its range and its windows', () => {
  const history = readFlowPage(answer(WINDOW), () => undefined)
  expect(history).toEqual({
    nextCursor: null,
    fromMs: Date.UTC(2026, 10, 27, 8, 5),
    toMs: Date.UTC(2026, 10, 28, 8, 5),
    windows: [
      {
        startMs: Date.UTC(2026, 10, 28, 8),
        endMs: Date.UTC(2026, 10, 28, 8, 5),
        readings: 4,
        vehicles: 12,
        meanSpeedKmh: 31.5,
        level: 'light',
      },
    ],
  })
})

test('what no reading had is null, not 0; a level of a later gateway is not known', () => {
  const sent = { ...WINDOW, vehicles: null, mean_speed_kmh: null, congestion: { level: 'jelly', ratio: null } }
  const { windows } = readFlowPage(answer(sent), () => undefined)
  expect(windows).toMatchObject([{ vehicles: null, meanSpeedKmh: null, level: 'unknown' }])
})

test('a bad window is left out and named, and the others stay', () => {
  const refused: string[] = []
  const { windows } = readFlowPage(
    answer(
      { ...WINDOW, window_start: 'soon' },
      { ...WINDOW, window_end: WINDOW.window_start },
      { ...WINDOW, mean_speed_kmh: -1 },
      { ...WINDOW, vehicles: 'many' },
      { ...WINDOW, congestion: null },
      7,
      WINDOW,
    ),
    (error) => refused.push(error.field),
  )
  expect(windows).toHaveLength(1)
  expect(refused).toEqual(['window_start', 'window_end', 'mean_speed_kmh', 'vehicles', 'congestion', 'window'])
})

test('an answer that is no history is refused', () => {
  expect(() => readFlowPage({ windows: [] }, () => undefined)).toThrow(Malformed)
  expect(() => readFlowPage({ ...answer(), windows: null }, () => undefined)).toThrow('windows: is no list')
})

test('a page of closed days is read like any other', () => {
  const incomplete = [{ date: '2026-11-26', reasons: ['the archive is not whole'] }]
  const sent = { ...answer({ ...WINDOW, source: 'batch' }, WINDOW), source: 'batch', incomplete_days: incomplete, missing: [] }
  const refused: string[] = []
  const page = readFlowPage(sent, (error) => refused.push(error.field))
  expect(page).toEqual(readFlowPage(answer(WINDOW, WINDOW), () => undefined))
  expect(refused).toEqual([])
})

test('a page tells how to ask for the next one', () => {
  expect(readFlowPage({ ...answer(WINDOW), next_cursor: 'abc' }, () => undefined).nextCursor).toBe('abc')
})

test('all roads together have no level', () => {
  const { congestion, ...ofTheCity } = WINDOW
  expect(congestion).toBeDefined()
  expect(readFlowPage(answer(ofTheCity), () => undefined).windows[0]?.level).toBeNull()
})
