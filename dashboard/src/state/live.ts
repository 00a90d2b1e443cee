/** The city as the live stream tells it, topic by topic. What is forecast is kept apart. */

import type { AnyChange, Change } from '../contract/message.ts'
import type { CityTopic, Things } from '../contract/topics.ts'
import { applied, nothing, type Collection } from './collection.ts'

export type Live = { readonly [T in CityTopic]: Collection<Things[T]> }

export const NO_LIVE: Live = {
  traffic: nothing(),
  vehicles: nothing(),
  emergencies: nothing(),
  weather: nothing(),
  cameras: nothing(),
}

export function withChanges(live: Live, changes: readonly AnyChange[]): Live {
  return changes.reduce<Live>((before, change) => (change.topic === 'predictions' ? before : withChange(before, change)), live)
}

function withChange<T extends CityTopic>(live: Live, change: Change<T>): Live {
  const before = live[change.topic] as Collection<Things[T]>
  return { ...live, [change.topic]: applied<T>(before, change) }
}
