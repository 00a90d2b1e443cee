import { duration, shortAge } from '../format.ts'
import { STRINGS } from '../strings.ts'
import { useShownNow } from './useNow.ts'

interface Props {
  readonly ms: number
  readonly short?: boolean
}

/** How long ago something was, at the time that is looked at; ticks by itself. */
export function Age({ ms, short = false }: Props) {
  const seconds = (useShownNow() - ms) / 1_000
  return (
    <time className="age" dateTime={new Date(ms).toISOString()}>
      {short ? shortAge(seconds) : seconds < 1 ? STRINGS.time.now : STRINGS.time.ago(duration(seconds))}
    </time>
  )
}

/** For how long something has gone on. */
export function Lasting({ ms }: { readonly ms: number }) {
  return <span className="age">{duration((useShownNow() - ms) / 1_000)}</span>
}
