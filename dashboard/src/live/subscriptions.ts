/** What the map asks the live stream for. Each subscription has rates and a place of its own. */

import type { Topic } from '../contract/topics.ts'

export interface Subscription {
  readonly id: string
  readonly topics: readonly Topic[]
  readonly rateMs: number
}

/** A message each, so few beside the 100 that the gateway takes at once. */
export const SUBSCRIPTIONS: readonly Subscription[] = [
  // What moves must not jump: between two positions the map draws the way.
  { id: 'vehicles', topics: ['vehicles'], rateMs: 1_000 },
  { id: 'emergencies', topics: ['emergencies'], rateMs: 1_000 },
  { id: 'traffic', topics: ['traffic'], rateMs: 5_000 },
  { id: 'surroundings', topics: ['weather', 'cameras'], rateMs: 30_000 },
]

/** The client's message; `resume` is the last word that came of the subscription. */
export function asked(subscription: Subscription, resume: string | undefined): string {
  const { id, topics, rateMs } = subscription
  return JSON.stringify({
    subscribe: topics,
    id,
    rate_ms: rateMs,
    ...(resume === undefined ? {} : { resume }),
  })
}
