/**
 * Keeps the last known city in this browser, for when the gateway can't be reached. A browser that keeps nothing, as in
 * a private window, shows the map all the same.
 */

import { createStore, del, get, set } from 'idb-keyval'

import { keptOf, readKept, type Kept } from '../state/kept.ts'
import { city, type CityState } from '../state/store.ts'

const EVERY_MS = 30_000
const STORE = createStore('city', 'kept')
const KEY = 'last'

/**
 * Keeps it as soon as it is whole, then now and again, when the connection is lost and when the page is left. Returns
 * what ends it.
 */
export function keepCity(): () => void {
  // What is there at first may be what was kept, and is not any newer for being there.
  let last = city.getState().live
  let keptAtMs = -Infinity
  const keep = (): void => {
    const state = city.getState()
    if (state.live === last) return
    const kept = keptOf(state, Date.now())
    if (kept === null) return
    last = state.live
    keptAtMs = performance.now()
    void tried(() => set(KEY, kept, STORE))
  }
  const keepIfDue = ({ connection }: CityState): void => {
    if (connection.status.phase !== 'live' || performance.now() - keptAtMs >= EVERY_MS) keep()
  }
  const keepIfLeft = (): void => {
    if (document.visibilityState === 'hidden') keep()
  }
  const stop = city.subscribe(keepIfDue)
  document.addEventListener('visibilitychange', keepIfLeft)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', keepIfLeft)
  }
}

/** Null where none is kept, or none that may be shown: that one is gone then. */
export async function lastKnown(): Promise<Kept | null> {
  const value = await tried(() => get<unknown>(KEY, STORE))
  if (value === undefined) return null
  const kept = readKept(value, Date.now())
  if (kept === null) await forgetCity()
  return kept
}

/** Whoever was at the desk is there no more. */
export async function forgetCity(): Promise<void> {
  await tried(() => del(KEY, STORE))
}

async function tried<T>(storage: () => Promise<T>): Promise<T | undefined> {
  try {
    return await storage()
  } catch {
    return undefined
  }
}
