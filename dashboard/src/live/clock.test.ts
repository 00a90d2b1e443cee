import { expect, test } from 'vitest'

import { ServerClock } from './clock.ts'

test('a clock that nobody told of is this one', () => {
  expect(new ServerClock().offsetMs).toBe(0)
})

test('what was under way for the shortest time is believed', () => {
  const clock = new ServerClock()
  clock.hear(5_000, 0)
  clock.hear(14_700, 10_000)
  clock.hear(24_990, 20_000)
  expect(clock.offsetMs).toBe(5_000)
})

test('a clock that was set is believed in time', () => {
  const clock = new ServerClock()
  clock.hear(60_000, 0)
  for (let at = 1; at <= 12; at += 1) clock.hear(at * 10_000, at * 10_000)
  expect(clock.offsetMs).toBe(0)
})
