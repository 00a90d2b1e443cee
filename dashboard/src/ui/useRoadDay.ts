import { useEffect, useState } from 'react'

import { LOADING, type Asked } from '../app/history.ts'
import { followRoadDay } from '../app/roadDay.ts'

export interface RoadDayNow {
  readonly day: Asked
  /** Somebody wants to see whether it can be had by now. */
  readonly retry: () => void
}

/** Of one road, for as long as its card is open. */
export function useRoadDay(id: string): RoadDayNow {
  const [day, setDay] = useState(LOADING)
  const [attempt, setAttempt] = useState(0)
  // Another attempt is asked from the start.
  useEffect(() => followRoadDay(id, setDay), [id, attempt])
  return {
    day,
    retry: () => {
      setDay(LOADING)
      setAttempt((before) => before + 1)
    },
  }
}
