import { healthOf, newestMs, type Health } from '../state/health.ts'
import { isBack } from '../state/past.ts'
import { useCity } from '../state/store.ts'
import { useServerNow } from './useNow.ts'

export interface HealthNow {
  readonly health: Health
  /** Seconds that the newest data is old, by the gateway's clock; null without data. */
  readonly ageS: number | null
}

export function useHealth(): HealthNow {
  const connection = useCity((state) => state.connection)
  const isAway = useCity((state) => state.session.status === 'away')
  const newest = useCity((state) => newestMs(state.live))
  const now = useServerNow()
  const past = useCity((state) => state.past)
  if (isBack(past)) return { health: 'past', ageS: null }
  const health = isAway ? 'away' : healthOf(connection, newest, now)
  // What is wrong now is so of the forecast, too.
  if (past !== null && health === 'live') return { health: 'ahead', ageS: null }
  return {
    health,
    ageS: newest === null ? null : Math.max(0, (now - newest) / 1_000),
  }
}
