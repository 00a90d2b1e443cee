import { duration, shortAge } from '../format.ts'
import { STRINGS } from '../strings.ts'
import { useServerNow } from './useNow.ts'

interface Props {
  readonly ms: number
  readonly short?: boolean
}

/** How long ago something was; ticks by itself. */
export function Age({ ms, short = false }: Props) {
  const seconds = (useServerNow() - ms) / 1_000
  return (
    <time className="age" dateTime={new Date(ms).toISOString()}>
      {short ? shortAge(seconds) : seconds < 1 ? STRINGS.time.now : STRINGS.time.ago(duration(seconds))}
    </time>
  )
}

/** For how long something has gone on. */
export function Lasting({ ms }: { readonly ms: number }) {
  return <span className="age">{duration((useServerNow() - ms) / 1_000)}</span>
}
