import { clockTime, duration } from '../../../format.ts'
import type { Stage } from '../../../state/incident.ts'
import { useCity } from '../../../state/store.ts'
import { STRINGS } from '../../../strings.ts'
import { Lasting } from '../../Age.tsx'

const SAY = STRINGS.incident

interface Props {
  readonly life: readonly Stage[]
  readonly isOver: boolean
}

/** What happened when, how long each step took, and what is still to come. */
export function Course({ life, isOver }: Props) {
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  return (
    <ol className="course" aria-label={SAY.course} data-testid="course">
      {life.map((stage) => (
        <li key={stage.status} data-state={stage.state} data-status={stage.status} aria-current={stage.state === 'present' ? 'step' : undefined}>
          <span>{SAY.statuses[stage.status]}</span>
          <span className="course-took">
            <Took stage={stage} isOver={isOver} />
          </span>
          {stage.timeMs === null ? (
            <When state={stage.state} />
          ) : (
            <time dateTime={new Date(stage.timeMs).toISOString()}>{clockTime(stage.timeMs, timeZone)}</time>
          )}
        </li>
      ))}
    </ol>
  )
}

function Took({ stage: { state, timeMs, tookS }, isOver }: { readonly stage: Stage; readonly isOver: boolean }) {
  if (tookS !== null) return duration(tookS)
  return state === 'present' && timeMs !== null && !isOver ? <Lasting ms={timeMs} /> : null
}

function When({ state }: Pick<Stage, 'state'>) {
  return state === 'missed' ? SAY.notTold : <span className="hidden-words">{SAY.notYet}</span>
}
