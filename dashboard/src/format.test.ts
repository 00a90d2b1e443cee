import { expect, test } from 'vitest'

import { clockTime, duration, percent, shortAge } from './format.ts'

/** No-break spaces are for the eye. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [599, '9 min 59 s'],
  [600, '10 min'],
  [3_599, '59 min'],
  [3_600, '1 h'],
  [5_400, '1 h 30 min'],
  [86_400, '1 d'],
  [400 * 86_400, '1 y'],
])('%d s is %s', (seconds, text) => {
  expect(plain(duration(seconds))).toBe(text)
})

test.each([
  [59, '59 s'],
  [119, '1 min'],
  [7_199, '1 h'],
  [90_000, '1 d'],
  [800 * 86_400, '2 y'],
])('in a list %d s is %s', (seconds, text) => {
  expect(plain(shortAge(seconds))).toBe(text)
})

test('a share is a whole percentage', () => {
  expect(percent(0.405)).toBe('41%')
})

test("a time is the city's", () => {
  const noon = Date.UTC(2026, 6, 1, 12)
  expect(clockTime(noon, 'Europe/Berlin')).toBe('14:00:00')
  expect(clockTime(noon, 'Pacific/Fiji', false)).toBe('00:00')
})
