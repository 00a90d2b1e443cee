/** Changes that come between two frames, told once: the last word on each thing wins. */

import type { AnyChange, Change, Freshness } from '../contract/message.ts'
import type { Things, Topic } from '../contract/topics.ts'

interface Gathered {
  readonly whole: boolean
  readonly changed: Map<string, Things[Topic]>
  readonly removed: Set<string>
  freshness: Freshness
}

export class Frames {
  #topics = new Map<Topic, Gathered>()
  #waits = false
  readonly #tell: (changes: readonly AnyChange[]) => void
  readonly #soon: (what: () => void) => void

  /** `soon` runs what it is given at the next frame. */
  constructor(tell: (changes: readonly AnyChange[]) => void, soon: (what: () => void) => void) {
    this.#tell = tell
    this.#soon = soon
  }

  take(change: AnyChange): void {
    const known = change.whole ? undefined : this.#topics.get(change.topic)
    this.#topics.set(change.topic, gathered(known, change))
    if (this.#waits) return
    this.#waits = true
    this.#soon(() => {
      this.flush()
    })
  }

  flush(): void {
    this.#waits = false
    const topics = this.#topics
    this.#topics = new Map()
    if (topics.size > 0) this.#tell([...topics].map(([topic, one]) => changeOf(topic, one)))
  }
}

function gathered(known: Gathered | undefined, change: AnyChange): Gathered {
  const { whole, freshness } = change
  const all = known ?? { whole, changed: new Map<string, Things[Topic]>(), removed: new Set<string>(), freshness }
  for (const id of change.removed) {
    all.changed.delete(id)
    all.removed.add(id)
  }
  for (const thing of change.changed) {
    all.removed.delete(thing.id)
    all.changed.set(thing.id, thing)
  }
  all.freshness = freshness
  return all
}

function changeOf(topic: Topic, { whole, changed, removed, freshness }: Gathered): AnyChange {
  const change: Change<Topic> = { topic, whole, changed: [...changed.values()], removed: [...removed], freshness }
  // Things are of their topic, which the compiler does not follow.
  return change as AnyChange
}

/** At the next frame; a page that nobody sees has none, and goes on once a second. */
export function atNextFrame(what: () => void): void {
  if (document.visibilityState === 'hidden') window.setTimeout(what, 1_000)
  else window.requestAnimationFrame(what)
}
