import { useId, useMemo, useState } from 'react'

import type { RoadForecast } from '../../contract/forecast.ts'
import type { FlowHistory, FlowWindow } from '../../contract/history.ts'
import { clockSpan, clockTime, whole } from '../../format.ts'
import { forecastOf, useCity } from '../../state/store.ts'
import { usualSpans, type UsualAt } from '../../state/usual.ts'
import { STRINGS } from '../../strings.ts'
import type { Measures } from '../../units.ts'
import { windowsAhead, withHourAhead, type AheadWindow } from '../day/ahead.ts'
import { DayChart } from '../day/DayChart.tsx'
import { NO_BAND, extremes, middleOf, nearest, type DayPoint } from '../day/shape.ts'
import { reasonOf } from '../reasonOf.ts'
import { usualBand } from '../usual.ts'
import { useMeasures } from '../useMeasures.ts'
import { useRoadDay } from '../useRoadDay.ts'
import { useUsualAt } from '../useUsualAt.ts'

const SAY = STRINGS.day

interface Props {
  readonly id: string
  readonly freeFlowKmh: number | null
  readonly timeZone: string
}

/** How a road flowed in the last 24 hours. Each state of it is as high as the others. */
export function RoadLastDay({ id, freeFlowKmh, timeZone }: Props) {
  const { day, retry } = useRoadDay(id)
  const at = useUsualAt(id)
  const ahead = useCity((state) => forecastOf(state, id))
  const titleId = useId()
  return (
    <section className="day" aria-labelledby={titleId} data-testid="last-day" data-status={day.status}>
      <header className="day-head">
        <h3 id={titleId}>{SAY.title}</h3>
        <span className="quiet">{SAY.shown(at !== null, ahead !== null)}</span>
      </header>
      {day.status === 'loading' && (
        <p className="day-body">
          <span className="hidden-words">{SAY.loading}</span>
          <span className="skeleton is-day" aria-hidden="true" />
        </p>
      )}
      {day.status === 'failed' && (
        <div className="day-body is-note" role="status">
          <p className="quiet">{reasonOf(day.failure, SAY)}</p>
          <button type="button" className="button is-small" onClick={retry}>
            {SAY.retry}
          </button>
        </div>
      )}
      {day.status === 'known' && day.history.windows.length === 0 && (
        <p className="day-body is-note quiet">{SAY.empty}</p>
      )}
      {day.status === 'known' && day.history.windows.length > 0 && (
        <Known history={day.history} ahead={ahead} at={at} freeFlowKmh={freeFlowKmh} timeZone={timeZone} />
      )}
    </section>
  )
}

interface KnownProps extends Omit<Props, 'id'> {
  readonly history: FlowHistory
  /** What is expected; null of nothing. */
  readonly ahead: RoadForecast | null
  /** What is usual; null where nobody knows. */
  readonly at: UsualAt | null
}

function Known({ history, ahead, at, freeFlowKmh, timeZone }: KnownProps) {
  const { windows } = history
  const summaryId = useId()
  const measures = useMeasures()
  const [readMs, setReadMs] = useState<number | null>(null)
  const points = useMemo(() => windows.map(pointOf), [windows])
  const summary = useMemo(() => summaryOf(points, timeZone, measures), [points, timeZone, measures])
  const band = useMemo(() => (at === null ? NO_BAND : usualBand(usualSpans(history, at), (kmh) => kmh)), [history, at])
  const span = useMemo(() => (ahead === null ? history : withHourAhead(history)), [history, ahead])
  const coming = useMemo(() => (ahead === null ? [] : windowsAhead(ahead, windows.at(-1)?.endMs ?? 0)), [ahead, windows])
  const readAhead = useMemo(() => coming.map(pointAhead), [coming])
  const rowsAt = (ms: number): readonly Row[] => {
    const all = [...windows, ...coming]
    const one = all[nearest(all, ms)]
    if (one === undefined) return []
    return 'lowKmh' in one ? readingAhead(one, timeZone, measures) : readingOf(one, at, timeZone, measures)
  }
  const rows = readMs === null ? summary : rowsAt(readMs)
  return (
    <div className="day-body">
      <p className="hidden-words" id={summaryId}>
        {summary.map(({ name, text }) => `${name} ${text}`).join(', ')}
      </p>
      <dl className="day-figures" aria-hidden="true" data-testid="day-figures">
        {rows.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <DayChart
        name={SAY.chart}
        describedBy={summaryId}
        points={points}
        span={span}
        timeZone={timeZone}
        reference={freeFlowKmh === null ? null : { value: freeFlowKmh, name: SAY.freeFlow(measures.speed(freeFlowKmh)) }}
        band={band}
        ahead={ahead}
        readAhead={readAhead}
        say={({ startMs }) => saidOf(rowsAt(startMs))}
        readMs={readMs}
        onRead={setReadMs}
      />
    </div>
  )
}

interface Row {
  readonly name: string
  readonly text: string
}

function pointOf({ startMs, endMs, meanSpeedKmh, level }: FlowWindow): DayPoint {
  return { startMs, endMs, value: meanSpeedKmh, level }
}

function summaryOf(points: readonly DayPoint[], timeZone: string, { speed }: Measures): readonly Row[] {
  const found = extremes(points)
  if (found === null) return [{ name: SAY.noSpeedYet, text: '' }]
  const { least, most } = found
  const told = ({ startMs, value }: typeof least): string => SAY.at(speed(value), clockTime(startMs, timeZone, false))
  return least === most
    ? [{ name: SAY.onlyOne, text: told(least) }]
    : [
        { name: SAY.slowest, text: told(least) },
        { name: SAY.fastest, text: told(most) },
      ]
}

function readingOf(window: FlowWindow, at: UsualAt | null, timeZone: string, { speed }: Measures): readonly Row[] {
  const { startMs, endMs, meanSpeedKmh, vehicles, level } = window
  const usualKmh = at?.(middleOf(window))?.medianSpeedKmh ?? null
  const told = (kmh: number): string => (usualKmh === null ? speed(kmh) : SAY.withUsual(speed(kmh), speed(usualKmh)))
  return [
    { name: clockSpan(startMs, endMs, timeZone), text: meanSpeedKmh === null ? SAY.noSpeed : told(meanSpeedKmh) },
    {
      name: level === null || level === 'unknown' ? SAY.noLevel : STRINGS.level.names[level],
      text: vehicles === null ? SAY.notCounted : SAY.vehicles(whole(vehicles)),
    },
  ]
}

function pointAhead({ startMs, endMs, speedKmh }: AheadWindow): DayPoint {
  return { startMs, endMs, value: speedKmh, level: null }
}

function readingAhead({ startMs, endMs, speedKmh, lowKmh, highKmh }: AheadWindow, timeZone: string, { speed, speeds }: Measures): readonly Row[] {
  return [
    { name: clockSpan(startMs, endMs, timeZone), text: STRINGS.ahead.expected(speed(speedKmh)) },
    { name: STRINGS.ahead.interval, text: speeds(lowKmh, highKmh) },
  ]
}

/** For those who do not see it. */
function saidOf(rows: readonly Row[]): string {
  return rows.flatMap(({ name, text }) => [name, text]).join(', ')
}
