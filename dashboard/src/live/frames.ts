/** Changes that come between two frames, told once: the last word on each thing wins. */

import type { AnyChange, Change, Freshness } from '../contract/message.ts'
import { TOPICS, type Things, type Topic } from '../contract/topics.ts'

interface Gathered<T extends Topic> {
  whole: boolean
  readonly changed: Map<string, Things[T]>
  readonly removed: Set<string>
  freshness: Freshness
}

type Topics = { [T in Topic]?: Gathered<T> }

export class Frames {
  #topics: Topics = {}
  #waits = false
  readonly #tell: (changes: readonly AnyChange[]) => void
  readonly #soon: (what: () => void) => void

  /** `soon` runs what it is given at the next frame. */
  constructor(tell: (changes: readonly AnyChange[]) => void, soon: (what: () => void) => void) {
    this.#tell = tell
    this.#soon = soon
  }

  take(change: AnyChange): void {
    gather(this.#topics, change)
    if (this.#waits) return
    this.#waits = true
    this.#soon(() => {
      this.flush()
    })
  }

  flush(): void {
    this.#waits = false
    const topics = this.#topics
    this.#topics = {}
    const changes = TOPICS.flatMap((topic) => changesOf(topics, topic))
    if (changes.length > 0) this.#tell(changes)
  }
}

function gather<T extends Topic>(topics: Topics, change: Change<T>): void {
  const known = topics[change.topic] as Gathered<T> | undefined
  const gathered: Gathered<T> =
    known === undefined || change.whole
      ? { whole: change.whole, changed: new Map(), removed: new Set(), freshness: change.freshness }
      : known
  for (const id of change.removed) {
    gathered.changed.delete(id)
    gathered.removed.add(id)
  }
  for (const thing of change.changed) {
    gathered.removed.delete(thing.id)
    gathered.changed.set(thing.id, thing)
  }
  gathered.freshness = change.freshness
  Object.assign(topics, { [change.topic]: gathered })
}

function changesOf<T extends Topic>(topics: Topics, topic: T): AnyChange[] {
  const gathered = topics[topic] as Gathered<T> | undefined
  if (gathered === undefined) return []
  const { whole, changed, removed, freshness } = gathered
  const change: Change<T> = { topic, whole, changed: [...changed.values()], removed: [...removed], freshness }
  return [change as unknown as AnyChange]
}

/** At the next frame; a page that nobody sees has none, and goes on once a second. */
export function atNextFrame(what: () => void): void {
  if (document.visibilityState === 'hidden') window.setTimeout(what, 1_000)
  else window.requestAnimationFrame(what)
}
