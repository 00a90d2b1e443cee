import { city } from '../state/store.ts'

/** Of the gateway's clock, ms: a desk's may be wrong. */
export function serverNow(): number {
  return Date.now() + city.getState().connection.offsetMs
}
