import { useId, useMemo, type ComponentType } from 'react'

import type { Failure } from '../../api/failure.ts'
import { lookAhead, lookBack, playPast, stepPast } from '../../app/past.ts'
import { calendarDay, clockTime } from '../../format.ts'
import { STOPS, outlookOf, type Outlook } from '../../state/ahead.ts'
import { dayOf, newestStep, type Past } from '../../state/past.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { withHourAhead } from '../day/ahead.ts'
import { DayChart } from '../day/DayChart.tsx'
import { HEIGHT, WIDTH, scaleTo, type DayPoint } from '../day/shape.ts'
import { BackIcon, OnIcon, PauseIcon, PlayIcon } from '../icons.tsx'
import { reasonOf } from '../reasonOf.ts'
import { useMeasures } from '../useMeasures.ts'
import { useServerNow } from '../useNow.ts'
import { TIMELINE, leaveTimeline } from './leave.ts'
import { marksOf, stepsOf, stopAt, stopsOf } from './points.ts'

const SAY = STRINGS.past
const AHEAD = STRINGS.ahead
const MINUTE_MS = 60_000

/** The last day and the next hour as a slider that moves the city; nothing while the city is shown as it is now. */
export function Timeline() {
  const past = useCity((state) => state.past)
  return past === null ? null : <OpenTimeline past={past} />
}

function OpenTimeline({ past }: { readonly past: Past }) {
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  const newest = newestStep(useServerNow())
  const outlook = useCity((state) => outlookOf(state.forecasts))
  const { answer, atMs, ahead } = past
  const isNewest = ahead === null && atMs >= newest
  const isLast = ahead === null ? isNewest && outlook !== 'there' : ahead === STOPS.at(-1)
  return (
    <section
      id={TIMELINE}
      className="floating timeline"
      aria-label={SAY.label}
      aria-busy={answer.status === 'loading'}
      data-testid="timeline"
      data-status={answer.status}
      data-outlook={outlook}
    >
      <div className="timeline-steps">
        <StepButton name={ahead === null ? SAY.back : AHEAD.nearer} direction={-1} Icon={BackIcon} isAtEnd={false} />
        <PlayButton isPlaying={past.isPlaying} isAtEnd={atMs >= newest} />
        <StepButton name={ahead !== null || (isNewest && !isLast) ? AHEAD.farther : SAY.on} direction={1} Icon={OnIcon} isAtEnd={isLast} />
      </div>
      <time className="timeline-time" dateTime={new Date(atMs).toISOString()} data-testid="timeline-time">
        <span className="quiet">
          {ahead === null ? (
            <>
              {dayName(atMs, newest, timeZone)}
              <span className="timeline-day">, {calendarDay(atMs, timeZone)}</span>
            </>
          ) : (
            AHEAD.minutes(ahead)
          )}
        </span>
        <strong>{clockTime(atMs, timeZone, false)}</strong>
      </time>
      <Slider past={past} newest={newest} outlook={outlook} timeZone={timeZone} />
      <button type="button" className="button is-small timeline-live" data-testid="back-to-live" onClick={leaveTimeline}>
        {SAY.live}
      </button>
      {answer.status === 'failed' && <Failed failure={answer.failure} atMs={atMs} />}
      {ahead !== null && (
        <div className="floating timeline-note is-ahead">
          <p role="status">{outlook === 'there' ? AHEAD.note : AHEAD.sides[outlook]}</p>
        </div>
      )}
    </section>
  )
}

interface StepProps {
  readonly name: string
  readonly direction: 1 | -1
  readonly Icon: ComponentType
  readonly isAtEnd: boolean
}

function StepButton({ name, direction, Icon, isAtEnd }: StepProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      title={name}
      disabled={isAtEnd}
      onClick={() => {
        stepPast(direction)
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
  readonly outlook: Outlook
  readonly timeZone: string
}

function Slider({ past: { atMs, ahead, history, incidents }, newest, outlook, timeZone }: SliderProps) {
  const describedBy = useId()
  const { speed } = useMeasures()
  const span = useMemo(() => withHourAhead(dayOf(newest)), [newest])
  const { widerFromMs: nowMs } = span
  const points = useMemo(() => stepsOf({ ...span, toMs: nowMs }, history), [span, nowMs, history])
  const canGo = outlook === 'there' || ahead !== null
  const stops = useMemo(() => (canGo ? stopsOf(nowMs) : []), [canGo, nowMs])
  const marks = useMemo(() => marksOf(span, incidents ?? []), [span, incidents])
  const say = ({ startMs, value }: DayPoint): string => {
    const stop = stopAt(startMs, nowMs)
    if (stop !== null) return AHEAD.at(stop, clockTime(ahead === stop ? atMs : nowMs + stop * MINUTE_MS, timeZone, false))
    return SAY.at(dayName(startMs, newest, timeZone), clockTime(startMs, timeZone, false), value === null ? null : speed(value))
  }
  const nowX = scaleTo(span, 1).x(nowMs)
  return (
    <>
      <p className="hidden-words" id={describedBy}>
        {SAY.describe(incidents?.length ?? 0)} {AHEAD.describe(outlook)}
      </p>
      <DayChart
        name={SAY.slider}
        describedBy={describedBy}
        points={points}
        span={span}
        timeZone={timeZone}
        reference={null}
        say={say}
        readAhead={stops}
        readMs={ahead === null ? atMs : (stops.find(({ startMs }) => stopAt(startMs, nowMs) === ahead)?.startMs ?? nowMs)}
        onRead={(startMs) => {
          if (startMs === null) return
          const stop = stopAt(startMs, nowMs)
          if (stop === null && startMs !== atMs) lookBack(startMs)
          else if (stop !== null && stop !== ahead) lookAhead(stop)
        }}
        holds
        over={
          <span className="timeline-side" data-outlook={outlook} aria-hidden="true" style={{ left: `${(nowX / WIDTH) * 100}%` }}>
            {AHEAD.sides[outlook]}
          </span>
        }
      >
        <path className="timeline-ahead" data-outlook={outlook} d={`M${nowX} 0H${WIDTH}V${HEIGHT}H${nowX}Z`} />
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
