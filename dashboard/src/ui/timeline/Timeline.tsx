import { useId, useMemo, type ComponentType } from 'react'

import type { Failure } from '../../api/failure.ts'
import { lookBack, playPast, stepPast } from '../../app/past.ts'
import { calendarDay, clockTime } from '../../format.ts'
import { dayOf, newestStep, type Past } from '../../state/past.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { DayChart } from '../day/DayChart.tsx'
import type { DayPoint } from '../day/shape.ts'
import { BackIcon, OnIcon, PauseIcon, PlayIcon } from '../icons.tsx'
import { reasonOf } from '../reasonOf.ts'
import { useMeasures } from '../useMeasures.ts'
import { useServerNow } from '../useNow.ts'
import { TIMELINE, leaveTimeline } from './leave.ts'
import { marksOf, stepsOf } from './points.ts'

const SAY = STRINGS.past

/** The last day as a slider that moves the city; nothing while the city is shown as it is now. */
export function Timeline() {
  const past = useCity((state) => state.past)
  return past === null ? null : <OpenTimeline past={past} />
}

function OpenTimeline({ past }: { readonly past: Past }) {
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  const newest = newestStep(useServerNow())
  const { answer, atMs } = past
  return (
    <section
      id={TIMELINE}
      className="floating timeline"
      aria-label={SAY.label}
      aria-busy={answer.status === 'loading'}
      data-testid="timeline"
      data-status={answer.status}
    >
      <div className="timeline-steps">
        <StepButton name={SAY.back} steps={-1} Icon={BackIcon} isAtEnd={false} />
        <PlayButton isPlaying={past.isPlaying} isAtEnd={atMs >= newest} />
        <StepButton name={SAY.on} steps={1} Icon={OnIcon} isAtEnd={atMs >= newest} />
      </div>
      <time className="timeline-time" dateTime={new Date(atMs).toISOString()} data-testid="timeline-time">
        <span className="quiet">
          {dayName(atMs, newest, timeZone)}
          <span className="timeline-day">, {calendarDay(atMs, timeZone)}</span>
        </span>
        <strong>{clockTime(atMs, timeZone, false)}</strong>
      </time>
      <Slider past={past} newest={newest} timeZone={timeZone} />
      <button type="button" className="button is-small timeline-live" data-testid="back-to-live" onClick={leaveTimeline}>
        {SAY.live}
      </button>
      {answer.status === 'failed' && <Failed failure={answer.failure} atMs={atMs} />}
    </section>
  )
}

interface StepProps {
  readonly name: string
  readonly steps: number
  readonly Icon: ComponentType
  readonly isAtEnd: boolean
}

function StepButton({ name, steps, Icon, isAtEnd }: StepProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      title={name}
      disabled={isAtEnd}
      onClick={() => {
        stepPast(steps)
      }}
    >
      <Icon />
    </button>
  )
}

function PlayButton({ isPlaying, isAtEnd }: { readonly isPlaying: boolean; readonly isAtEnd: boolean }) {
  const name = isPlaying ? SAY.pause : SAY.play
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      title={name}
      disabled={isAtEnd && !isPlaying}
      onClick={() => {
        playPast(!isPlaying)
      }}
    >
      {isPlaying ? <PauseIcon /> : <PlayIcon />}
    </button>
  )
}

interface SliderProps {
  readonly past: Past
  readonly newest: number
  readonly timeZone: string
}

function Slider({ past: { atMs, history, incidents }, newest, timeZone }: SliderProps) {
  const describedBy = useId()
  const { speed } = useMeasures()
  const span = useMemo(() => dayOf(newest), [newest])
  const points = useMemo(() => stepsOf(span, history), [span, history])
  const marks = useMemo(() => marksOf(span, incidents ?? []), [span, incidents])
  const say = ({ startMs, value }: DayPoint): string =>
    SAY.at(dayName(startMs, newest, timeZone), clockTime(startMs, timeZone, false), value === null ? null : speed(value))
  return (
    <>
      <p className="hidden-words" id={describedBy}>
        {SAY.describe(incidents?.length ?? 0)}
      </p>
      <DayChart
        name={SAY.slider}
        describedBy={describedBy}
        points={points}
        span={span}
        timeZone={timeZone}
        reference={null}
        say={say}
        readMs={atMs}
        onRead={(startMs) => {
          if (startMs !== null && startMs !== atMs) lookBack(startMs)
        }}
        holds
      >
        {marks.map(({ severity, path }) => (
          <path key={severity} className="timeline-mark" data-severity={severity} d={path} />
        ))}
      </DayChart>
    </>
  )
}

function Failed({ failure, atMs }: { readonly failure: Failure; readonly atMs: number }) {
  return (
    <div className="floating timeline-note">
      <p role="status">{reasonOf(failure, SAY)}</p>
      <button
        type="button"
        className="button is-small"
        onClick={() => {
          lookBack(atMs)
        }}
      >
        {SAY.retry}
      </button>
    </div>
  )
}

/** By the city's own days. */
function dayName(atMs: number, nowMs: number, timeZone: string): string {
  return calendarDay(atMs, timeZone) === calendarDay(nowMs, timeZone) ? SAY.today : SAY.yesterday
}
