import { expect, test } from 'vitest'

import type { FlowWindow } from '../../contract/history.ts'
import { usual, usualHour } from '../../contract/samples.ts'
import { readUsual } from '../../contract/usual.ts'
import { moments } from '../../state/trends.ts'
import { usualAt, usualSpans } from '../../state/usual.ts'
import { measuresIn } from '../../units.ts'
import { readingOf, saidOf } from './reading.ts'
import { axisOf, mostOf, speedLine, summaryOf, usualMeanKmh, usualSpeedLine, usualVolumeLine, volumeLine, type Series } from './series.ts'

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
  expect(saidOf(readingOf([ELM, OAK], first, null, 'UTC', metric))).toBe(
    'Sat 28 Nov, 08:00–09:00; Elm: 31\u00a0km/h, 1,200 vehicles; Oak: 20\u00a0km/h, vehicles not counted; ' +
      'Difference: −11\u00a0km/h, vehicles not counted',
  )
  expect(saidOf(readingOf([ELM, OAK], last, null, 'UTC', metric))).toMatch(
    /^Sat 28 Nov, 09:00–10:00, so far; .*Oak: no speed, 100 vehicles; Difference: no speed, \+20 vehicles$/,
  )
  const alone = readingOf([ELM], { ...first, windows: first.windows.slice(0, 1) }, null, 'UTC', measuresIn('imperial'))
  expect(saidOf(alone)).toBe('Sat 28 Nov, 08:00–09:00; Elm: 19\u00a0mph, 1,200 vehicles')
})

/** Of a Saturday; nothing of 10 o'clock is known. */
const USUAL = usualAt(readUsual(usual('UTC', usualHour(6, 8, 40), usualHour(6, 9, 30)), () => undefined))
const HOURS = usualSpans({ fromMs: START_MS, toMs: START_MS + 3 * HOUR_MS }, USUAL)

test('what is usual is a band and a line of the whole range, in the units that are read', () => {
  const line = usualSpeedLine(HOURS, (kmh) => kmh / 2)
  expect(line?.points.map(({ startMs, value }) => [startMs, value])).toEqual([[START_MS, 20], [START_MS + HOUR_MS, 15]])
  expect(line?.band).toEqual([
    { startMs: START_MS, endMs: START_MS + HOUR_MS, low: 15, high: 22.5 },
    { startMs: START_MS + HOUR_MS, endMs: START_MS + 2 * HOUR_MS, low: 10, high: 17.5 },
  ])
  expect(usualSpeedLine([], (kmh) => kmh)).toBeNull()
})

test('usual vehicles are those of windows as long as the range has', () => {
  expect(usualVolumeLine(HOURS, HOUR_MS)?.points.map(({ value }) => value)).toEqual([480, 360])
  expect(usualVolumeLine(HOURS, 150_000)).toMatchObject({ points: [{ value: 20 }, { value: 15 }], band: [] })
  const uncounted = HOURS.map((hour) => ({ ...hour, medianVehicles: null }))
  expect(usualVolumeLine(uncounted, HOUR_MS)).toBeNull()
})

test('the usual mean counts an hour as often as it was measured', () => {
  expect(usualMeanKmh(ELM.windows, USUAL)).toBe(35)
  const [first, last] = ELM.windows
  if (first === undefined || last === undefined) throw new Error('no windows')
  expect(usualMeanKmh([first, { ...last, readings: 6 }], USUAL)).toBe(32.5)
  expect(usualMeanKmh(OAK.windows, USUAL)).toBe(40)
  expect(usualMeanKmh([window(2, 50, 1)], USUAL)).toBeNull()
})

test('what is usual is told with a time', () => {
  const [first] = moments([ELM.windows])
  if (first === undefined) throw new Error('no moments')
  const hour = USUAL(START_MS)
  const read = readingOf([ELM], first, hour, 'UTC', measuresIn('metric'))
  expect(read.usual).toEqual({ speed: '40\u00a0km/h', around: '40\u00a0km/h (30–45)', vehicles: '480' })
  expect(saidOf(read)).toBe('Sat 28 Nov, 08:00–09:00; Elm: 31\u00a0km/h, 1,200 vehicles; usual 40\u00a0km/h, 480 vehicles')
  const uncounted = hour === null ? null : { ...hour, medianVehicles: null }
  expect(saidOf(readingOf([ELM], first, uncounted, 'UTC', measuresIn('metric')))).toMatch(/; usual 40\u00a0km\/h$/)
})
