/** The past that the panel of trends shows, asked for each minute while it is open. */

import { lastDay, lastWeek, type RangeOf } from '../api/history.ts'
import { windowS } from '../state/roads.ts'
import { city } from '../state/store.ts'
import { shownIn, type TrendRange, type Trends } from '../state/trends.ts'
import { LOADING, followHistory, type Asked, type Follower } from './history.ts'

const EVERY_MS = 60_000
const RANGES: Readonly<Record<TrendRange, RangeOf>> = { day: lastDay, week: lastWeek }

/** By road; null is the whole city. */
export type AskedOf = ReadonlyMap<string | null, Asked>

export interface TrendsFollower {
  /** What is shown from now on: what was shown before stays, what is not is not waited for. */
  readonly show: (trends: Trends) => void
  readonly retry: (roadId: string | null) => void
  readonly end: () => void
}

export function followTrends(tell: (asked: AskedOf) => void): TrendsFollower {
  const followers = new Map<string | null, Follower>()
  let range: TrendRange | null = null
  let asked: AskedOf = new Map()

  const know = (roadId: string | null, one: Asked): void => {
    asked = new Map(asked).set(roadId, one)
    tell(asked)
  }
  const begin = (roadId: string | null, rangeOf: RangeOf): void => {
    const follower = followHistory(roadId, rangeOf, (one) => {
      know(roadId, one)
    })
    followers.set(roadId, follower)
    know(roadId, LOADING)
    void follower.ask()
  }
  const forget = (roadId: string | null): void => {
    followers.get(roadId)?.end()
    followers.delete(roadId)
  }
  const askAll = (): void => {
    if (document.visibilityState === 'hidden') return
    for (const { ask } of followers.values()) void ask()
  }

  const timer = window.setInterval(askAll, EVERY_MS)
  // Only windows of a known length can be summed.
  const stop = city.subscribe(({ live }, { live: before }) => {
    if (live.traffic !== before.traffic && windowS(before.traffic) === null && windowS(live.traffic) !== null) askAll()
  })
  return {
    show: (trends) => {
      const wanted = shownIn(trends)
      for (const roadId of [...followers.keys()]) {
        if (trends.range !== range || !wanted.includes(roadId)) forget(roadId)
      }
      range = trends.range
      for (const roadId of wanted) if (!followers.has(roadId)) begin(roadId, RANGES[trends.range])
    },
    retry: (roadId) => {
      know(roadId, LOADING)
      void followers.get(roadId)?.ask()
    },
    end: () => {
      stop()
      window.clearInterval(timer)
      for (const roadId of [...followers.keys()]) forget(roadId)
    },
  }
}
