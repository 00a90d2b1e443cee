import { expect, test } from 'vitest'

import { stepOf } from './useArrowKeys.ts'

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 4, 4],
  ['ArrowUp', 0, 0],
  ['Home', 3, 0],
  ['End', 0, 4],
])('%s at %d leads to %d of five', (key, at, to) => {
  expect(stepOf(key, at, 5)).toBe(to)
  expect(stepOf('x', at, 5)).toBeNull()
})
