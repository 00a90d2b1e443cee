/** A past that somebody looks at: asked for, and again when it has grown. */

import type { Failure } from '../api/failure.ts'
import { loadHistory, type RangeOf } from '../api/history.ts'
import type { FlowHistory } from '../contract/history.ts'
import { Complaints } from '../live/complaints.ts'
import { windowS } from '../state/roads.ts'
import { city } from '../state/store.ts'
import { failed } from './failed.ts'
import { serverNow } from './serverNow.ts'

export type Asked =
  | { readonly status: 'loading' }
  /** What ends after `nowMs` was not over when it was asked for. */
  | { readonly status: 'known'; readonly history: FlowHistory; readonly nowMs: number }
  | { readonly status: 'failed'; readonly failure: Failure }

export const LOADING: Asked = { status: 'loading' }

export interface Follower {
  /** Asks now; an answer that did not come yet is not waited for any more. */
  readonly ask: () => Promise<void>
  readonly end: () => void
}

const complaints = new Complaints()

/** @param roadId Null: of all roads together. */
export function followHistory(roadId: string | null, rangeOf: RangeOf, tell: (asked: Asked) => void): Follower {
  let asking = new AbortController()
  let isKnown = false
  const ask = async (): Promise<void> => {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    const nowMs = serverNow()
    try {
      const history = await loadHistory(roadId, rangeOf(nowMs, windowS(city.getState().live.traffic)), complaints, signal)
      if (signal.aborted) return
      isKnown = true
      tell({ status: 'known', history, nowMs })
    } catch (error) {
      if (signal.aborted) return
      const failure = failed(error)
      // What was known stays, a window older: the next may come.
      if (failure !== null && !isKnown) tell({ status: 'failed', failure })
    }
  }
  return {
    ask,
    end: () => {
      asking.abort()
    },
  }
}
