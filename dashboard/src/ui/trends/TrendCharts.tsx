import { useMemo, useState } from 'react'

import type { RoadForecast } from '../../contract/forecast.ts'
import { compact, duration, whole } from '../../format.ts'
import { moments, type Moment, type TrendRange } from '../../state/trends.ts'
import { usualSpans, type UsualAt } from '../../state/usual.ts'
import { STRINGS } from '../../strings.ts'
import { aheadTicks, windowsAhead, withHourAhead } from '../day/ahead.ts'
import { dayTicks, middleOf, scaleTo, ticks, WIDTH, type Span } from '../day/shape.ts'
import { readAt, windowSlider } from '../day/windowSlider.ts'
import { useMeasures } from '../useMeasures.ts'
import { FlowChart } from './FlowChart.tsx'
import { readingAhead, readingOf, saidOf, type Read, type Reading } from './reading.ts'
import { speedLine, usualSpeedLine, usualVolumeLine, volumeLine, type Series } from './series.ts'

const SAY = STRINGS.trends
const SPEED_STEPS = 4
const VOLUME_STEPS = 3
const NAMED_MS = 12 * 3_600_000

interface Props {
  /** At least one, with at least one window. */
  readonly series: readonly Series[]
  /** Of one road alone: what is usual on it; null where nobody knows. */
  readonly usual: UsualAt | null
  /** Of one road alone in the last day: what is expected; null of none. */
  readonly forecast: RoadForecast | null
  readonly span: Span
  readonly range: TrendRange
  readonly timeZone: string
  /** The id of what tells it in a table. */
  readonly describedBy: string
}

/** Speed above, volume below, over one axis of time; one slider reads both. */
export function TrendCharts({ series, usual, forecast, span: measured, range, timeZone, describedBy }: Props) {
  const measures = useMeasures()
  const [readMs, setReadMs] = useState<number | null>(null)
  const span = useMemo(() => (forecast === null ? measured : withHourAhead(measured)), [measured, forecast])
  const all = useMemo(() => moments(series.map(({ windows }) => windows)), [series])
  const coming = useMemo(() => (forecast === null ? [] : windowsAhead(forecast, all.at(-1)?.endMs ?? 0)), [forecast, all])
  const ahead = useMemo(() => (forecast === null ? null : { forecast, speedOf: measures.speedOf }), [forecast, measures])
  const speeds = useMemo(() => series.map((one) => speedLine(one, measures.speedOf)), [series, measures])
  const volumes = useMemo(() => series.map(volumeLine), [series])
  const lengthMs = lengthOf(all.at(-1))
  const usualHours = useMemo(() => (usual === null ? [] : usualSpans(measured, usual)), [usual, measured])
  const usualSpeeds = useMemo(() => usualSpeedLine(usualHours, measures.speedOf), [usualHours, measures])
  const usualVolumes = useMemo(() => usualVolumeLine(usualHours, lengthMs), [usualHours, lengthMs])
  const marks = useMemo(
    () =>
      range === 'week'
        ? dayTicks(span, timeZone)
        : [...ticks(span, timeZone).map(({ ms, label }) => ({ ms, label: SAY.hour(label) })), ...aheadTicks(span)],
    [range, span, timeZone],
  )
  const slider = { windows: [...all, ...coming], span, readMs, onRead: setReadMs, restAt: all.length - 1 }
  const at = readAt(slider)
  const expected = coming[at - all.length]
  const moment = all[at] ?? (expected === undefined ? undefined : { ...expected, windows: [] })
  const [only] = series
  if (moment === undefined || only === undefined) return null

  const middleMs = middleOf(moment)
  const usualThen = usual?.(middleMs) ?? null
  const reading =
    expected === undefined
      ? readingOf(series, moment, usualThen, timeZone, measures)
      : readingAhead(only, expected, usualThen, timeZone, measures)
  const { x } = scaleTo(span, 1)
  const left = (ms: number): string => `${(x(ms) / WIDTH) * 100}%`
  // The name of a day that has just begun has no room.
  const named = range === 'week' ? marks.filter(({ ms }) => span.toMs - ms > NAMED_MS) : marks
  const freeFlowKmh = series.length === 1 ? only.freeFlowKmh : null
  const valuesAt = (pick: 'meanSpeedKmh' | 'vehicles', show: (value: number) => number): { at: number; value: number | null }[] =>
    series.map((one, index) => {
      const value = moment.windows[index]?.[pick] ?? null
      return { at: one.at, value: value === null ? null : show(value) }
    })
  return (
    <div className="trend-charts">
      <p className="trend-when" aria-hidden="true">
        {reading.when}
      </p>
      <div
        className="trend-slider"
        {...windowSlider(slider)}
        aria-label={SAY.chart}
        aria-describedby={describedBy}
        aria-valuetext={saidOf(reading)}
        data-testid="trend-slider"
        data-start={new Date(moment.startMs).toISOString()}
      >
        <Head
          title={SAY.speed(measures.speedUnit)}
          reading={reading}
          pick="speed"
          usual={usualSpeeds === null ? null : { told: reading.usual?.around ?? null, hasBand: true }}
        />
        <FlowChart
          lines={speeds}
          span={span}
          ticks={marks}
          label={whole}
          steps={SPEED_STEPS}
          reference={
            freeFlowKmh === null
              ? null
              : { value: measures.speedOf(freeFlowKmh), name: STRINGS.day.freeFlow(measures.speed(freeFlowKmh)) }
          }
          usual={usualSpeeds}
          ahead={ahead}
          readMs={middleMs}
          read={expected === undefined ? valuesAt('meanSpeedKmh', measures.speedOf) : [{ at: only.at, value: measures.speedOf(expected.speedKmh) }]}
        />
        <Head
          title={SAY.volume(duration(lengthOf(moment) / 1_000))}
          reading={reading}
          pick="vehicles"
          usual={usualVolumes === null ? null : { told: reading.usual?.vehicles ?? null, hasBand: false }}
        />
        <FlowChart
          lines={volumes}
          span={span}
          ticks={marks}
          label={compact}
          steps={VOLUME_STEPS}
          isFilled
          usual={usualVolumes}
          readMs={middleMs}
          read={valuesAt('vehicles', (count) => count)}
        />
        {readMs !== null && <span className="trend-cursor" style={{ left: left(middleMs) }} />}
        <div className="trend-ticks" data-range={range}>
          {named.map(({ ms, label }) => (
            <span key={ms} data-end={ms === span.toMs} style={{ left: left(ms) }}>
              {label}
            </span>
          ))}
        </div>
      </div>
    </div>
  )
}

function lengthOf(window: Pick<Moment, 'startMs' | 'endMs'> | undefined): number {
  return window === undefined ? 0 : window.endMs - window.startMs
}

interface HeadProps {
  readonly title: string
  readonly reading: Reading
  readonly pick: keyof Pick<Read, 'speed' | 'vehicles'>
  /** What is usual then; null where none is drawn. */
  readonly usual: { readonly told: string | null; readonly hasBand: boolean } | null
}

/** What a chart tells, and what it tells at the time that is read: the legend, too. */
function Head({ title, reading: { of, more }, pick, usual }: HeadProps) {
  return (
    <p className="trend-head">
      <span className="trend-title">{title}</span>
      {of.map((one) => (
        <span key={one.at} className="trend-read">
          <span className="trend-swatch" data-series={one.at} />
          {one[pick] ?? SAY.none}
        </span>
      ))}
      {usual !== null && (
        <span className="trend-read quiet">
          <span className="trend-swatch is-usual" data-band={usual.hasBand} />
          {SAY.usualIs(usual.told ?? SAY.none)}
        </span>
      )}
      {more !== null && (
        <span className="trend-read quiet">
          {SAY.difference} {more[pick] ?? SAY.none}
        </span>
      )}
    </p>
  )
}
