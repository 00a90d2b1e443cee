import { askWhoIsThere } from '../app/session.ts'
import { duration } from '../format.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { Mark, OfflineIcon } from './icons.tsx'
import { useNow } from './useNow.ts'

/** Before anybody has answered. */
export function StartScreen() {
  const session = useCity((state) => state.session)
  return (
    <main className="start">
      {session.status === 'unreachable' ? (
        <Unreachable retryAtMs={session.retryAtMs} />
      ) : (
        <div className="start-wait" role="status">
          <Mark />
          <p>{STRINGS.start.asking}</p>
          <span className="start-bar" aria-hidden="true" />
        </div>
      )}
    </main>
  )
}

function Unreachable({ retryAtMs }: { readonly retryAtMs: number }) {
  const seconds = Math.max(0, Math.ceil((retryAtMs - useNow()) / 1_000))
  return (
    <div className="start-wait" data-testid="unreachable">
      <span className="start-sign">
        <OfflineIcon />
      </span>
      <p role="alert">{STRINGS.start.unreachable}</p>
      <p className="quiet">{STRINGS.start.retryIn(duration(seconds))}</p>
      <button type="button" className="button" onClick={() => void askWhoIsThere()}>
        {STRINGS.start.retryNow}
      </button>
    </div>
  )
}
