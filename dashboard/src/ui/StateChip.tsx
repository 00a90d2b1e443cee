import { duration, shortAge } from '../format.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { useHealth } from './useHealth.ts'
import { useNow } from './useNow.ts'

const SAY = STRINGS.state
/** Younger data is not worth a number. */
const WORTH_TELLING_S = 5

/** One word on how far the map can be trusted. */
export function StateChip() {
  const { health, ageS } = useHealth()
  const status = useCity((state) => state.connection.status)
  const age = ageS === null || ageS < WORTH_TELLING_S ? null : shortAge(ageS)
  return (
    <div className="chip" data-health={health} data-testid="state-chip" title={SAY.chip(SAY.names[health], age)}>
      <span className="chip-dot" aria-hidden="true" />
      <span className="chip-text">
        {status.phase === 'waiting' && health === 'reconnecting' ? <RetryIn atMs={status.retryAtMs} /> : SAY.names[health]}
      </span>
      {age !== null && <span className="chip-age">{age}</span>}
    </div>
  )
}

function RetryIn({ atMs }: { readonly atMs: number }) {
  return SAY.retryIn(duration(Math.max(0, Math.ceil((atMs - useNow()) / 1_000))))
}
