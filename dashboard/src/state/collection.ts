/** All things of one topic, as the gateway last told them. Nothing here is ever changed in place. */

import type { Change, Freshness } from '../contract/message.ts'
import type { Things, Topic } from '../contract/topics.ts'

export interface Collection<T> {
  readonly things: ReadonlyMap<string, T>
  /** Null until the first snapshot: before it, no things means that nothing is known. */
  readonly freshness: Freshness | null
}

export function nothing<T>(): Collection<T> {
  return { things: new Map<string, T>(), freshness: null }
}

export function applied<T extends Topic>(
  before: Collection<Things[T]>,
  change: Omit<Change<T>, 'topic'>,
): Collection<Things[T]> {
  if (change.whole) {
    return { things: new Map(change.changed.map((thing) => [thing.id, thing])), freshness: change.freshness }
  }
  // What changed of a whole that never came can't be told apart from the whole.
  if (before.freshness === null) return before
  if (change.changed.length === 0 && change.removed.length === 0) {
    return { things: before.things, freshness: change.freshness }
  }
  const things = new Map(before.things)
  for (const id of change.removed) things.delete(id)
  for (const thing of change.changed) things.set(thing.id, thing)
  return { things, freshness: change.freshness }
}

export interface Difference<T> {
  readonly changed: readonly T[]
  readonly removed: readonly string[]
}

/** What leads from one state to the next. Things that are the same object have not changed. */
export function difference<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Difference<T> {
  const changed: T[] = []
  for (const [id, thing] of after) {
    if (before.get(id) !== thing) changed.push(thing)
  }
  const removed: string[] = []
  for (const id of before.keys()) {
    if (!after.has(id)) removed.push(id)
  }
  return { changed, removed }
}
