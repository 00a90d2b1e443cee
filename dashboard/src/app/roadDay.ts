/** The last day of the road whose card is open, asked again as its windows come. */

import { failureOf, type Failure } from '../api/failure.ts'
import { lastDay, loadHistory } from '../api/history.ts'
import { isSignedOut } from '../api/session.ts'
import type { FlowHistory } from '../contract/history.ts'
import { Complaints } from '../live/complaints.ts'
import { windowS } from '../state/roads.ts'
import { city } from '../state/store.ts'
import { endSession } from './session.ts'

/** Windows of a few seconds are no reason to ask each time. */
const LEAST_PAUSE_MS = 30_000

export type RoadDay =
  | { readonly status: 'loading' }
  | { readonly status: 'known'; readonly history: FlowHistory }
  | { readonly status: 'failed'; readonly failure: Failure }

const complaints = new Complaints()

/** Tells the day as soon as it is known, and anew with a new window. Returns what ends it, in the middle too. */
export function followRoadDay(id: string, tell: (day: RoadDay) => void): () => void {
  const ending = new AbortController()
  let askedMs = -Infinity
  let isKnown = false
  let timer: number | undefined

  const ask = async (): Promise<void> => {
    timer = undefined
    askedMs = performance.now()
    const { live, connection } = city.getState()
    try {
      const range = lastDay(Date.now() + connection.offsetMs, windowS(live.traffic))
      const history = await loadHistory(id, range, complaints, ending.signal)
      if (ending.signal.aborted) return
      isKnown = true
      tell({ status: 'known', history })
    } catch (error) {
      if (ending.signal.aborted) return
      if (isSignedOut(error)) endSession()
      // What was known stays, a window older: the next may come.
      else if (!isKnown) tell({ status: 'failed', failure: failureOf(error) })
    }
  }
  const stop = city.subscribe(({ live }, { live: before }) => {
    const end = live.traffic.things.get(id)?.windowEndMs
    if (end === before.traffic.things.get(id)?.windowEndMs) return
    timer ??= window.setTimeout(() => void ask(), Math.max(0, askedMs + LEAST_PAUSE_MS - performance.now()))
  })
  void ask()
  return () => {
    stop()
    window.clearTimeout(timer)
    ending.abort()
  }
}
