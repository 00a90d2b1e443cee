import { expect, test } from 'vitest'

import { tonesOf } from './sound.ts'

test('what is severe is higher, and all go up', () => {
  const [low, lowThen] = tonesOf({ severity: 3 })
  const [high, highThen] = tonesOf({ severity: 4 })
  expect(lowThen).toBeGreaterThan(low)
  expect(highThen).toBeGreaterThan(high)
  expect(high).toBeGreaterThan(lowThen)
})
