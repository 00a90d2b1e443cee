/** The five topics of the live stream, each with its own things. */

import type { AnyChange, Change } from '../contract/message.ts'
import type { Things, Topic } from '../contract/topics.ts'
import { applied, nothing, type Collection } from './collection.ts'

export type Live = { readonly [T in Topic]: Collection<Things[T]> }

export const NO_LIVE: Live = {
  traffic: nothing(),
  vehicles: nothing(),
  emergencies: nothing(),
  weather: nothing(),
  cameras: nothing(),
}

export function withChanges(live: Live, changes: readonly AnyChange[]): Live {
  return changes.reduce<Live>((before, change) => withChange(before, change), live)
}

function withChange<T extends Topic>(live: Live, change: Change<T>): Live {
  const before = live[change.topic] as Collection<Things[T]>
  return { ...live, [change.topic]: applied<T>(before, change) }
}
