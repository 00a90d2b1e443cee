/** The last day of the road whose card is open, asked again as its windows come. */

import { lastDay } from '../api/history.ts'
import { city } from '../state/store.ts'
import { followHistory, type Asked } from './history.ts'

/** Windows of a few seconds are no reason to ask each time. */
const LEAST_PAUSE_MS = 30_000

/** Tells the day as soon as it is known, and anew with a new window. Returns what ends it, in the middle too. */
export function followRoadDay(id: string, tell: (day: Asked) => void): () => void {
  const { ask, end } = followHistory(id, lastDay, tell)
  let askedMs = -Infinity
  let timer: number | undefined
  const askNow = (): void => {
    timer = undefined
    askedMs = performance.now()
    void ask()
  }
  const stop = city.subscribe(({ live }, { live: before }) => {
    const endMs = live.traffic.things.get(id)?.windowEndMs
    if (endMs === before.traffic.things.get(id)?.windowEndMs) return
    timer ??= window.setTimeout(askNow, Math.max(0, askedMs + LEAST_PAUSE_MS - performance.now()))
  })
  askNow()
  return () => {
    stop()
    window.clearTimeout(timer)
    end()
  }
}
