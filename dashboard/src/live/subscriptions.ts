/** What the map asks the live stream for. Each subscription has rates and a place of its own. */

import type { Bounds } from '../contract/model.ts'
import type { Topic } from '../contract/topics.ts'

export interface Subscription {
  readonly id: string
  readonly topics: readonly Topic[]
  readonly rateMs: number
  /** Only what is in it. */
  readonly bbox?: Bounds
}

/** A message each, so few beside the 100 that the gateway takes at once. */
export const SUBSCRIPTIONS: readonly Subscription[] = [
  // Between two positions the map draws the way: from afar nobody sees that they are 5 s apart.
  { id: 'vehicles', topics: ['vehicles'], rateMs: 5_000 },
  { id: 'emergencies', topics: ['emergencies'], rateMs: 1_000 },
  { id: 'traffic', topics: ['traffic'], rateMs: 5_000 },
  { id: 'surroundings', topics: ['weather', 'cameras'], rateMs: 30_000 },
]

/** The vehicles where somebody looks closely: the same things as of the others, heard of more often. */
export function nearby(bbox: Bounds): Subscription {
  return { id: 'near', topics: ['vehicles'], rateMs: 1_000, bbox }
}

/** The client's message; `resume` is the last word that came of the subscription. */
export function asked(subscription: Subscription, resume: string | undefined): string {
  const { id, topics, rateMs, bbox } = subscription
  return JSON.stringify({
    subscribe: topics,
    id,
    rate_ms: rateMs,
    ...(bbox === undefined ? {} : { bbox }),
    ...(resume === undefined ? {} : { resume }),
  })
}

export function ended({ id, topics }: Subscription): string {
  return JSON.stringify({ unsubscribe: topics, id })
}
