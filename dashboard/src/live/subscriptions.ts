/** What the map asks the live stream for. Each subscription has rates and a place of its own. */

import type { Bounds } from '../contract/model.ts'
import type { Topic } from '../contract/topics.ts'

/** How often a person wants to hear of what is new. */
export const PACES = ['standard', 'fast'] as const

export type Pace = (typeof PACES)[number]

export interface Subscription {
  readonly id: string
  readonly topics: readonly Topic[]
  readonly rateMs: number
  /** Only what is in it. */
  readonly bbox?: Bounds
}

/** A message each, so few beside the 100 that the gateway takes at once. */
const WHOLE = [
  // Between two positions the map draws the way: from afar nobody sees that they are 5 s apart.
  { id: 'vehicles', topics: ['vehicles'], ratesMs: { standard: 5_000, fast: 1_000 } },
  { id: 'emergencies', topics: ['emergencies'], ratesMs: { standard: 1_000, fast: 500 } },
  { id: 'traffic', topics: ['traffic'], ratesMs: { standard: 5_000, fast: 1_000 } },
  { id: 'surroundings', topics: ['weather', 'cameras'], ratesMs: { standard: 30_000, fast: 1_000 } },
] as const

/** The id of what is heard of one part. */
export const NEAR = 'near'
const NEAR_MS = { standard: 1_000, fast: 500 } as const

/** Of the next hour, for who looks ahead: new ones come with each window of five minutes. */
export const AHEAD: Subscription = { id: 'predictions', topics: ['predictions'], rateMs: 30_000 }

/** Of the whole city. */
export function subscriptionsAt(pace: Pace): readonly Subscription[] {
  return WHOLE.map(({ id, topics, ratesMs }) => ({ id, topics, rateMs: ratesMs[pace] }))
}

/** Whether it tells of all there is of its topics. */
export function isOfWhole(id: string): boolean {
  return id === AHEAD.id || WHOLE.some((one) => one.id === id)
}

/** The vehicles where somebody looks closely: the same things as of the others, heard of more often. */
export function nearby(bbox: Bounds, pace: Pace): Subscription {
  return { id: NEAR, topics: ['vehicles'], rateMs: NEAR_MS[pace], bbox }
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
