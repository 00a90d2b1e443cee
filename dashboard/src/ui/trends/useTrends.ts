import { useEffect, useRef, useState } from 'react'

import { followTrends, type AskedOf, type TrendsFollower } from '../../app/trends.ts'
import type { Trends } from '../../state/trends.ts'

export interface TrendsNow {
  readonly asked: AskedOf
  /** Somebody wants to see whether it can be had by now. */
  readonly retry: (roadId: string | null) => void
}

/** For as long as the panel is open. */
export function useTrends(trends: Trends): TrendsNow {
  const [asked, setAsked] = useState<AskedOf>(new Map())
  const follower = useRef<TrendsFollower>(null)
  useEffect(() => {
    const following = followTrends(setAsked)
    follower.current = following
    return following.end
  }, [])
  useEffect(() => {
    follower.current?.show(trends)
  }, [trends])
  return {
    asked,
    retry: (roadId) => {
      follower.current?.retry(roadId)
    },
  }
}
