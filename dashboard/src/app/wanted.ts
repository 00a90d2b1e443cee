/** What is asked for one by one while somebody looks at it, and again when it may be another. */

import { city } from '../state/store.ts'
import type { View } from '../state/view.ts'

/** What failed is asked for again. */
const RETRY_MS = 60_000

interface Wanted<T> {
  /** Names of what is looked at. */
  readonly wanted: (view: View) => readonly string[]
  /** Null of what the gateway does not know. */
  readonly load: (name: string, signal: AbortSignal) => Promise<T | null>
  /** How long an answer is as good as a new one. */
  readonly freshMs: number
  /** Takes all that is known: of what is looked at, and of what was a while ago. */
  readonly tell: (known: ReadonlyMap<string, T>) => void
  readonly onError: (error: unknown) => void
}

/** Returns what ends it, and forgets what is known. */
export function followWanted<T>({ wanted, load, freshMs, tell, onError }: Wanted<T>): () => void {
  const ending = new AbortController()
  /** When each is to be asked for, on the browser's steady clock. */
  const due = new Map<string, number>()
  let known: ReadonlyMap<string, T> = new Map()
  let timer: number | undefined

  const ask = async (name: string): Promise<void> => {
    try {
      const one = await load(name, ending.signal)
      if (ending.signal.aborted || one === null) return
      known = new Map(known).set(name, one)
      tell(known)
    } catch (error) {
      if (ending.signal.aborted) return
      // What was known stays.
      due.set(name, performance.now() + RETRY_MS)
      look()
      onError(error)
    }
  }
  const look = (): void => {
    window.clearTimeout(timer)
    const names = wanted(city.getState().view)
    const nowMs = performance.now()
    forget([...due].flatMap(([name, dueMs]) => (dueMs <= nowMs && !names.includes(name) ? [name] : [])))
    for (const name of names) {
      if ((due.get(name) ?? nowMs) > nowMs) continue
      due.set(name, nowMs + freshMs)
      void ask(name)
    }
    const next = Math.min(...names.map((name) => due.get(name) ?? nowMs))
    if (names.length > 0) timer = window.setTimeout(look, next - nowMs)
  }
  const forget = (names: readonly string[]): void => {
    for (const name of names) due.delete(name)
    if (!names.some((name) => known.has(name))) return
    known = new Map([...known].filter(([name]) => !names.includes(name)))
    tell(known)
  }

  look()
  const stop = city.subscribe(({ view }, { view: before }) => {
    if (view.selection !== before.selection || view.trends !== before.trends) look()
  })
  return () => {
    stop()
    window.clearTimeout(timer)
    ending.abort()
    tell(new Map())
  }
}
