import { expect, test } from 'vitest'

import { NO_LIVE } from './live.ts'
import { START, withNews } from './store.ts'

const NEWS = [
  {
    topic: 'vehicles',
    whole: true,
    changed: [],
    removed: [],
    freshness: { asOfMs: 1, source: 'speed' },
  },
] as const

test('what the stream tells is shown', () => {
  const { live, shown } = withNews(START, NEWS)
  expect(live.vehicles.freshness?.asOfMs).toBe(1)
  expect(shown).toBe(live)
})

test('who looks at another time goes on seeing that', () => {
  const before = { ...START, shown: { ...NO_LIVE } }
  const { live, shown } = withNews(before, NEWS)
  expect(live.vehicles.freshness?.asOfMs).toBe(1)
  expect(shown).toBe(before.shown)
})
