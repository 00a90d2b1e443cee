import type { RoadForecast } from '../../contract/forecast.ts'
import { clockTime, oneDigit } from '../../format.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { toldAhead } from '../toldAhead.ts'
import { useMeasures } from '../useMeasures.ts'

const SAY = STRINGS.ahead
/** Of all horizons the one that is told in words, minutes. */
const TOLD_MIN = 15

interface Props {
  readonly id: string
  readonly timeZone: string
}

/** What is expected of a road, or why nothing is, and how good such forecasts were; nothing where nobody knows. */
export function RoadAhead({ id, timeZone }: Props) {
  const forecast = useCity((state) => state.roadForecasts.get(id))
  const scores = useCity((state) => state.scores.get(id))
  const measures = useMeasures()
  if (forecast === undefined) return null
  const told = forecast.ahead.find(({ minutes }) => minutes === TOLD_MIN)
  const score = scores?.find(({ minutes }) => minutes === TOLD_MIN)
  const error = (kmh: number): string => oneDigit(measures.speedOf(kmh))
  return (
    <div className="road-ahead" data-testid="road-ahead">
      {told !== undefined && (
        <p>
          {SAY.in(TOLD_MIN)}: {toldAhead(told, measures)}
        </p>
      )}
      {forecast.ahead.length === 0 && <p className="quiet">{whyNone(forecast, timeZone)}</p>}
      {forecast.ahead.length > 0 && forecast.stale && forecast.asOfMs !== null && (
        <p className="ahead-old">{SAY.old(clockTime(forecast.asOfMs, timeZone, false))}</p>
      )}
      {told !== undefined && score?.errorKmh != null && (
        <p className="quiet" data-testid="typical-error">
          {SAY.error(error(score.errorKmh), score.lastValueErrorKmh === null ? null : error(score.lastValueErrorKmh), measures.speedUnit)}
        </p>
      )}
    </div>
  )
}

function whyNone({ reason, lastReadMs }: RoadForecast, timeZone: string): string {
  switch (reason) {
    case 'never_read':
      return SAY.neverRead
    case 'outage':
      return SAY.outage(lastReadMs === null ? null : clockTime(lastReadMs, timeZone, false))
    case 'not_made':
    case null:
      return SAY.notMade
  }
}
