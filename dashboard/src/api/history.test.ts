import { expect, test } from 'vitest'

import { lastDay } from './history.ts'

const NOW_MS = Date.UTC(2026, 10, 28, 8, 1, 2, 345)

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
