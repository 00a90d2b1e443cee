import { reconnectNow } from '../app/live.ts'
import { askWhoIsThere } from '../app/session.ts'
import { clockTime, duration } from '../format.ts'
import { newestMs } from '../state/health.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { AlertIcon } from './icons.tsx'
import { useHealth } from './useHealth.ts'

const SAY = STRINGS.banner

/** Says in a sentence why the map is not live. */
export function Banner() {
  const { health, ageS } = useHealth()
  const { source, isPale, status } = useCity((state) => state.connection)
  const newest = useCity(({ live }) => newestMs(live))
  const timeZone = useCity(({ model }) => model?.city.timeZone ?? 'UTC')
  const age = ageS === null ? null : duration(ageS)
  const text =
    health === 'behind' && source !== null
      ? SAY.behind(source, age)
      : health === 'reconnecting' && isPale
        ? SAY.reconnecting(age)
        : health === 'quiet' && age !== null
          ? SAY.quiet(age)
          : health === 'away'
            ? SAY.away(newest === null ? null : clockTime(newest, timeZone, false), age)
            : null
  if (text === null) return null
  return (
    <div className="banner floating" data-health={health} data-testid="banner">
      <AlertIcon />
      {/* Read out when it comes, and not again at each second. */}
      <p role="status" aria-atomic="false">
        {text}
      </p>
      {status.phase === 'waiting' && (
        <button type="button" className="button is-small" onClick={reconnectNow}>
          {SAY.retryNow}
        </button>
      )}
      {health === 'away' && (
        <button type="button" className="button is-small" onClick={() => void askWhoIsThere()}>
          {STRINGS.start.retryNow}
        </button>
      )}
    </div>
  )
}
