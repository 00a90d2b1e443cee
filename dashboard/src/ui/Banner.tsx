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
  const say =
    health === 'behind' && source !== null
      ? (old: string | null) => SAY.behind(source, old)
      : health === 'reconnecting' && isPale
        ? SAY.reconnecting
        : health === 'quiet'
          ? SAY.quiet
          : health === 'away'
            ? (old: string | null) => SAY.away(newest === null ? null : clockTime(newest, timeZone, false), old)
            : null
  return (
    <>
      {/* Read out when it comes, and not again at each second. */}
      <p className="hidden-words" role="status">
        {say?.(null)}
      </p>
      {say !== null && (
        <div className="banner floating" data-health={health} data-testid="banner">
          <AlertIcon />
          <p>{say(age)}</p>
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
      )}
    </>
  )
}
