/** What is usual on the roads that are looked at: asked for once, and kept for an hour, for it changes once a day. */

import { loadUsual } from '../api/usual.ts'
import type { Complaints } from '../live/complaints.ts'
import { city } from '../state/store.ts'
import { NO_USUAL, roadsWithUsual } from '../state/usual.ts'

const FRESH_MS = 3_600_000
/** What failed is asked for again. */
const RETRY_MS = 60_000

/** Returns what ends it, and forgets what is known. `onError` tells of what could not be had. */
export function followUsual(complaints: Complaints, onError: (error: unknown) => void): () => void {
  const ending = new AbortController()
  /** When each road is to be asked for, on the browser's steady clock. */
  const due = new Map<string, number>()
  let timer: number | undefined

  const ask = async (roadId: string): Promise<void> => {
    try {
      const usual = await loadUsual(roadId, complaints, ending.signal)
      if (ending.signal.aborted || usual === null) return
      city.setState((state) => ({ usual: new Map(state.usual).set(roadId, usual) }))
    } catch (error) {
      if (ending.signal.aborted) return
      // What was known stays.
      due.set(roadId, performance.now() + RETRY_MS)
      look()
      onError(error)
    }
  }
  const look = (): void => {
    window.clearTimeout(timer)
    const wanted = roadsWithUsual(city.getState().view)
    const nowMs = performance.now()
    forget([...due].flatMap(([roadId, dueMs]) => (dueMs <= nowMs && !wanted.includes(roadId) ? [roadId] : [])))
    for (const roadId of wanted) {
      if ((due.get(roadId) ?? nowMs) > nowMs) continue
      due.set(roadId, nowMs + FRESH_MS)
      void ask(roadId)
    }
    const next = Math.min(...wanted.map((roadId) => due.get(roadId) ?? nowMs))
    if (wanted.length > 0) timer = window.setTimeout(look, next - nowMs)
  }
  const forget = (roadIds: readonly string[]): void => {
    for (const roadId of roadIds) due.delete(roadId)
    const isKnown = roadIds.some((roadId) => city.getState().usual.has(roadId))
    if (isKnown) city.setState(({ usual }) => ({ usual: new Map([...usual].filter(([roadId]) => !roadIds.includes(roadId))) }))
  }

  look()
  const stop = city.subscribe(({ view }, { view: before }) => {
    if (view.selection !== before.selection || view.trends !== before.trends) look()
  })
  return () => {
    stop()
    window.clearTimeout(timer)
    ending.abort()
    city.setState({ usual: NO_USUAL })
  }
}
