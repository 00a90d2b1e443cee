import { expect, test } from 'vitest'

import type { FlowWindow } from '../../contract/history.ts'
import { moments } from '../../state/trends.ts'
import { measuresIn } from '../../units.ts'
import { readingOf, saidOf } from './reading.ts'
import { axisOf, mostOf, speedLine, summaryOf, volumeLine, type Series } from './series.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 10, 28, 8)

function window(at: number, meanSpeedKmh: number | null, vehicles: number | null): FlowWindow {
  const startMs = START_MS + at * HOUR_MS
  return { startMs, endMs: startMs + HOUR_MS, readings: 2, vehicles, meanSpeedKmh, level: 'light' }
}

function series(name: string, at: number, ...windows: readonly FlowWindow[]): Series {
  return { roadId: name, name, at, windows, nowMs: START_MS + 1.5 * HOUR_MS, freeFlowKmh: 50 }
}

const ELM = series('Elm', 0, window(0, 30.6, 1_200), window(1, 40, 80))
const OAK = series('Oak', 1, window(0, 20.4, null), window(1, null, 100))

test.each([
  [52, 4, [0, 20, 40, 60]],
  [60, 4, [0, 20, 40, 60]],
  [31, 4, [0, 10, 20, 30, 40]],
  [8_123, 3, [0, 5_000, 10_000]],
  [3, 3, [0, 1, 2, 3]],
  [0, 3, [0, 1]],
])('an axis up to %d in about %d steps has %j', (most, wanted, axis) => {
  expect(axisOf(most, wanted)).toEqual(axis)
})

test('lines are in the units that are read, and the reference belongs to the axis', () => {
  const line = speedLine(ELM, (kmh) => kmh / 2)
  expect(line.points.map(({ value }) => value)).toEqual([15.3, 20])
  expect(volumeLine(OAK).points.map(({ value }) => value)).toEqual([null, 100])
  expect(mostOf([line], null)).toBe(20)
  expect(mostOf([line], 25)).toBe(25)
})

test('a range is told by its mean, its slowest and its busiest window', () => {
  expect(summaryOf(ELM)).toMatchObject({
    meanSpeedKmh: 35.3,
    ratio: 0.706,
    slowest: { startMs: START_MS, value: 30.6 },
    busiest: { startMs: START_MS, value: 1_200 },
  })
  expect(summaryOf({ ...ELM, freeFlowKmh: null }).ratio).toBeNull()
  expect(summaryOf(series('None', 0))).toEqual({ meanSpeedKmh: null, ratio: null, slowest: null, busiest: null })
})

test('a time is told with the difference of what is written, and as far as it was measured', () => {
  const [first, last] = moments([ELM.windows, OAK.windows])
  const metric = measuresIn('metric')
  if (first === undefined || last === undefined) throw new Error('no moments')
  expect(saidOf(readingOf([ELM, OAK], first, 'UTC', metric))).toBe(
    'Sat 28 Nov, 08:00–09:00; Elm: 31\u00a0km/h, 1,200 vehicles; Oak: 20\u00a0km/h, vehicles not counted; ' +
      'Difference: −11\u00a0km/h, vehicles not counted',
  )
  expect(saidOf(readingOf([ELM, OAK], last, 'UTC', metric))).toMatch(
    /^Sat 28 Nov, 09:00–10:00, so far; .*Oak: no speed, 100 vehicles; Difference: no speed, \+20 vehicles$/,
  )
  const alone = readingOf([ELM], { ...first, windows: first.windows.slice(0, 1) }, 'UTC', measuresIn('imperial'))
  expect(saidOf(alone)).toBe('Sat 28 Nov, 08:00–09:00; Elm: 19\u00a0mph, 1,200 vehicles')
})
