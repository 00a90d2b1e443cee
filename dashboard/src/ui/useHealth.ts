import { healthOf, newestMs, type Health } from '../state/health.ts'
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
  const isPast = useCity((state) => state.past !== null)
  if (isPast) return { health: 'past', ageS: null }
  return {
    health: isAway ? 'away' : healthOf(connection, newest, now),
    ageS: newest === null ? null : Math.max(0, (now - newest) / 1_000),
  }
}
