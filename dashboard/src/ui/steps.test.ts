import { expect, test } from 'vitest'

import { LIST_KEYS, SLIDER_KEYS, stepOf } from './steps.ts'

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 4, 4],
  ['ArrowUp', 0, 0],
  ['ArrowUp', 3, 2],
  ['Home', 3, 0],
  ['End', 0, 4],
])('in a list %s at %d leads to %d of five', (key, at, to) => {
  expect(stepOf(key, at, 5, LIST_KEYS)).toBe(to)
})

test.each([
  ['ArrowRight', 0, 1],
  ['ArrowRight', 4, 4],
  ['ArrowUp', 1, 2],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 3, 2],
  ['Home', 3, 0],
  ['End', 0, 4],
])('on a slider %s at %d leads to %d of five', (key, at, to) => {
  expect(stepOf(key, at, 5, SLIDER_KEYS)).toBe(to)
})

test.each([
  ['PageUp', 3, 15],
  ['PageUp', 280, 287],
  ['PageDown', 15, 3],
  ['PageDown', 3, 0],
])('on the slider of a day %s at %d leads an hour on or back, to %d', (key, at, to) => {
  expect(stepOf(key, at, 288, SLIDER_KEYS)).toBe(to)
})

test('another key leads nowhere', () => {
  expect(stepOf('x', 2, 5, LIST_KEYS)).toBeNull()
  expect(stepOf('ArrowRight', 2, 5, LIST_KEYS)).toBeNull()
  expect(stepOf('PageUp', 2, 5, LIST_KEYS)).toBeNull()
})
