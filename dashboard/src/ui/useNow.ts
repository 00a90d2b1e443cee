/** The time, once a second, for all that ages on the page. */

import { useSyncExternalStore } from 'react'

import { isAhead } from '../state/past.ts'
import { useCity } from '../state/store.ts'

let nowMs = Date.now()
const listeners = new Set<() => void>()
let timer: number | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    nowMs = Date.now()
    timer = window.setInterval(() => {
      nowMs = Date.now()
      for (const one of listeners) one()
    }, 1_000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.clearInterval(timer)
    timer = undefined
  }
}

/** Of this browser's clock. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** The time that is looked at, past or to come. */
export function useLookedAt(): number {
  const now = useServerNow()
  return useCity(({ past }) => past?.atMs) ?? now
}

/** The time that ages on the page are of: nothing is younger for what is forecast. */
export function useShownNow(): number {
  const now = useServerNow()
  return useCity(({ past }) => (isAhead(past) ? undefined : past?.atMs)) ?? now
}

/** Of the gateway's clock: a desk's may be wrong. */
export function useServerNow(): number {
  const offsetMs = useCity((state) => state.connection.offsetMs)
  return useNow() + offsetMs
}
