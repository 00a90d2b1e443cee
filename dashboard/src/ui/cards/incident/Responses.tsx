import type { Incident } from '../../../contract/incident.ts'
import { duration, percent, whole } from '../../../format.ts'
import { RESPONSES, spanOf, type Span } from '../../../state/incident.ts'
import { useCity } from '../../../state/store.ts'
import { STRINGS } from '../../../strings.ts'
import { Lasting } from '../../Age.tsx'
import { useShownNow } from '../../useNow.ts'

const SAY = STRINGS.incident

/** How long it took from the report on, against the day's other incidents. */
export function Responses({ incident }: { readonly incident: Incident }) {
  const meanS = useCity(({ summary }) => summary?.meanResponseS ?? null)
  const count = useCity(({ summary }) => summary?.responses ?? 0)
  const scene = spanOf(incident, 'scene')
  return (
    <section className="responses" aria-labelledby="responses" data-testid="responses">
      <h3 id="responses">{SAY.responses}</h3>
      <dl>
        {RESPONSES.map((response) => (
          <div key={response} data-response={response}>
            <dt>{SAY.responseNames[response]}</dt>
            <dd>
              <Time span={spanOf(incident, response)} />
            </dd>
          </div>
        ))}
      </dl>
      {meanS !== null && meanS > 0 && scene !== null && <AgainstMean span={scene} meanS={meanS} />}
      <p className="quiet">{meanS === null ? SAY.noMean : SAY.mean(duration(meanS), whole(count))}</p>
    </section>
  )
}

function Time({ span }: { readonly span: Span | null }) {
  if (span === null) {
    return (
      <span className="quiet" title={SAY.notKnown}>
        <span aria-hidden="true">–</span>
        <span className="hidden-words">{SAY.notKnown}</span>
      </span>
    )
  }
  if ('tookS' in span) return <strong>{duration(span.tookS)}</strong>
  return (
    <span className="quiet">
      <Lasting ms={span.sinceMs} />…
    </span>
  )
}

/** The bar's middle is the mean. */
function AgainstMean({ span, meanS }: { readonly span: Span; readonly meanS: number }) {
  const now = useShownNow()
  const isRunning = 'sinceMs' in span
  const seconds = isRunning ? (now - span.sinceMs) / 1_000 : span.tookS
  const more = Math.round(seconds - meanS)
  const isLate = more > 0
  return (
    <>
      <span className="response-bar" data-late={isLate} aria-hidden="true">
        <span style={{ width: percent(Math.min(1, Math.max(0, seconds / (2 * meanS)))) }} />
      </span>
      {(isLate || !isRunning) && (
        <p className={isLate ? 'is-late' : 'is-good'} data-testid="against-mean">
          {more === 0 ? SAY.atMean : isLate ? SAY.over(duration(more)) : SAY.under(duration(-more))}
        </p>
      )}
    </>
  )
}
