import { expect, test } from 'vitest'

import { latOf, lonOf, mercatorX, mercatorY, metresPerUnit } from './mercator.ts'
import { FIRST_INTERVAL_MS, isMoving, moved, shownAt, standing, type Fix, type Motion } from './motion.ts'

const Y = mercatorY(48)
const METRE = 1 / metresPerUnit(Y)

/** A vehicle that many metres east of where all begin. */
function fix(eastM: number, timeMs: number, headingDeg: number | null = 90): Fix {
  return { x: 0.5 + eastM * METRE, y: Y, headingDeg, timeMs }
}

function eastM(motion: Motion, nowMs: number): number {
  return (shownAt(motion, nowMs, { x: 0, y: 0, headingDeg: null }).x - 0.5) / METRE
}

function headingDeg(motion: Motion, nowMs: number): number | null {
  return shownAt(motion, nowMs, { x: 0, y: 0, headingDeg: null }).headingDeg
}

test('a vehicle glides to its new position in as long as it takes to its next word', () => {
  let motion = standing(fix(0, 0), 0)
  motion = moved(motion, fix(20, FIRST_INTERVAL_MS), 2_000)
  expect(eastM(motion, 2_000)).toBeCloseTo(0)
  expect(eastM(motion, 2_000 + motion.durationMs / 2)).toBeCloseTo(10)
  expect(eastM(motion, 2_000 + motion.durationMs)).toBeCloseTo(20)
  expect(motion.durationMs).toBeCloseTo(2_200)
})

test('it waits at its last position, and never runs ahead of it', () => {
  const motion = moved(standing(fix(0, 0), 0), fix(20, 2_000), 2_000)
  expect(eastM(motion, 60_000)).toBeCloseTo(20)
  expect(isMoving(motion, 60_000)).toBe(false)
})

test('a word that comes on the way is followed from where the vehicle is shown', () => {
  const first = moved(standing(fix(0, 0), 0), fix(20, 2_000), 2_000)
  const second = moved(first, fix(40, 4_000), 3_100)
  expect(eastM(second, 3_100)).toBeCloseTo(10)
  expect(eastM(second, 3_100 + second.durationMs)).toBeCloseTo(40)
})

test('the time between two words is learned, within bounds', () => {
  let motion = standing(fix(0, 0), 0)
  for (let at = 1; at <= 20; at += 1) motion = moved(motion, fix(at, at * 5_000), at * 5_000)
  expect(motion.intervalMs).toBeCloseTo(5_000, -1)
  for (let at = 1; at <= 20; at += 1) motion = moved(motion, fix(at, 100_000 + at * 10), 100_000 + at * 10)
  expect(motion.intervalMs).toBeGreaterThanOrEqual(500)
})

test.each([
  ['farther than it can have driven', fix(1_001, 2_000)],
  ['silent for longer than a minute', fix(20, 60_001)],
])('a vehicle that was %s is there at once', (_, next) => {
  const motion = moved(standing(fix(0, 0), 0), next, 2_000)
  expect(motion.durationMs).toBe(0)
  expect(motion.intervalMs).toBe(FIRST_INTERVAL_MS)
  expect(eastM(motion, 2_000)).toBeCloseTo((next.x - 0.5) / METRE)
})

test('a word that is older than the last one does not stop the clock', () => {
  const motion = moved(standing(fix(0, 5_000), 0), fix(5, 4_000), 1_000)
  expect(motion.durationMs).toBeGreaterThan(0)
  expect(motion.intervalMs).toBe(FIRST_INTERVAL_MS)
})

test('a heading turns the short way round', () => {
  const motion = moved(standing(fix(0, 0, 350), 0), fix(5, 2_000, 10), 2_000)
  expect(headingDeg(motion, 2_200)).toBeCloseTo(0)
  expect(headingDeg(motion, 9_000)).toBeCloseTo(10)
})

test('a vehicle that tells no heading looks where it looked', () => {
  const motion = moved(standing(fix(0, 0, 90), 0), fix(0, 2_000, null), 2_000)
  expect(headingDeg(motion, 9_000)).toBe(90)
})

test('over the 180th meridian the way is the short one', () => {
  const from = { x: mercatorX(179.999), y: Y, headingDeg: null, timeMs: 0 }
  const motion = moved(standing(from, 0), { ...from, x: mercatorX(-179.999), timeMs: 2_000 }, 2_000)
  expect(Math.abs(motion.toX - motion.fromX) * metresPerUnit(Y)).toBeLessThan(200)
})

test('Mercator there is Mercator back', () => {
  expect(lonOf(mercatorX(11.5))).toBeCloseTo(11.5)
  expect(latOf(mercatorY(48.1))).toBeCloseTo(48.1)
  expect(mercatorY(0)).toBeCloseTo(0.5)
  expect(metresPerUnit(mercatorY(60)) / metresPerUnit(mercatorY(0))).toBeCloseTo(0.5)
})
