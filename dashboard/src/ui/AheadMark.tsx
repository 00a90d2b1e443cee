import { clockTime } from '../format.ts'
import { isAhead } from '../state/past.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'

/** Says that figures are forecasts, and of when; nothing while they are not. */
export function AheadMark() {
  const past = useCity((state) => state.past)
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  if (!isAhead(past)) return null
  return (
    <p className="ahead-mark" data-testid="ahead-mark">
      {STRINGS.ahead.of(past.ahead, clockTime(past.atMs, timeZone, false))}
    </p>
  )
}
