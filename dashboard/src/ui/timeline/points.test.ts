import { expect, test } from 'vitest'

import { readIncident } from '../../contract/incident.ts'
import { incident } from '../../contract/samples.ts'
import { marksOf, stepsOf, stopAt, stopsOf } from './points.ts'

const STEP_MS = 300_000
const FROM_MS = Date.UTC(2026, 10, 28, 8)
const SPAN = { fromMs: FROM_MS, toMs: FROM_MS + 4 * STEP_MS }

function history(...windows: (readonly [fromStep: number, toStep: number, speed: number])[]) {
  return {
    ...SPAN,
    windows: windows.map(([from, to, meanSpeedKmh]) => ({
      startMs: FROM_MS + from * STEP_MS,
      endMs: FROM_MS + to * STEP_MS,
      readings: 1,
      vehicles: null,
      meanSpeedKmh,
      level: null,
    })),
  }
}

test.each([
  ['nothing', null, [null, null, null, null]],
  ['windows as long as a step', history([0, 1, 30], [2, 3, 20]), [30, null, 20, null]],
  ['longer ones', history([-1, 2, 30], [2, 5, 20]), [30, 30, 20, 20]],
  ['what was before', history([-3, -2, 30], [-1, 0, 40], [3, 4, 20]), [null, null, null, 20]],
])('each step can be chosen, of %s', (_, known, values) => {
  const steps = stepsOf(SPAN, known)
  expect(steps.map(({ value }) => value)).toEqual(values)
  expect(steps.map(({ startMs }) => (startMs - FROM_MS) / STEP_MS)).toEqual([0, 1, 2, 3])
})

test('what stands for a minute ahead has it in its middle', () => {
  expect(stopsOf(FROM_MS).map(({ startMs, endMs }) => ((startMs + endMs) / 2 - FROM_MS) / 60_000)).toEqual([5, 15, 30, 60])
  expect([-1, 0, 9, 10, 20, 60].map((minutes) => stopAt(FROM_MS + minutes * 60_000, FROM_MS))).toEqual([null, 5, 5, 15, 30, 60])
})

test('incidents are marked where they began, the worst last', () => {
  const began = (id: string, severity: number, time: string) =>
    readIncident({ ...incident(id, severity), history: { reported: `2026-11-28T${time}:00Z` } })
  expect(marksOf(SPAN, [began('a', 5, '08:10'), began('b', 2, '08:05'), began('c', 2, '08:00'), began('d', 2, '07:59')])).toEqual([
    { severity: 2, path: 'M250 -26V-12M0 -26V-12' },
    { severity: 5, path: 'M500 -26V-12' },
  ])
})
