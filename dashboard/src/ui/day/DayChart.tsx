import { useMemo, type ReactNode } from 'react'

import type { RoadForecast } from '../../contract/forecast.ts'
import { aheadPaths, aheadTicks, mostAhead } from './ahead.ts'
import { HEIGHT, NO_BAND, WIDTH, bandPath, highest, linePath, scaleOf, shades, ticks, type BandPoint, type DayPoint, type Span } from './shape.ts'
import { readAt, windowSlider } from './windowSlider.ts'

interface Props {
  /** What the line tells. */
  readonly name: string
  /** The id of what tells it in a sentence. */
  readonly describedBy: string
  /** In order of time, at least one. */
  readonly points: readonly DayPoint[]
  readonly span: Span
  readonly timeZone: string
  /** What the line is held against. */
  readonly reference: { readonly value: number; readonly name: string } | null
  /** What is usual, below the line. */
  readonly band?: readonly BandPoint[]
  /** What follows on the line, in km/h as the line is. */
  readonly ahead?: RoadForecast | null
  /** Windows that can be read after those of the line. */
  readonly readAhead?: readonly DayPoint[]
  /** A window in words. */
  readonly say: (point: DayPoint) => string
  /** When the window began that is read; null while none is. */
  readonly readMs: number | null
  readonly onRead: (startMs: number | null) => void
  /** What is read stays read until another window is chosen: a pointer has to press. */
  readonly holds?: boolean
  /** Drawn below the line, in the field's own units. */
  readonly children?: ReactNode
  /** Lies over the field. */
  readonly over?: ReactNode
}

const NONE: readonly DayPoint[] = []

/** The windows of a day as a line. One of them can be read: the one under the pointer, or the one that keys lead to. */
export function DayChart({ name, describedBy, points, span, timeZone, reference, band = NO_BAND, ahead = null, readAhead = NONE, say, readMs, onRead, holds = false, children, over }: Props) {
  const value = reference?.value ?? null
  const scale = useMemo(() => {
    const most = highest(band, value)
    return scaleOf(span, points, ahead === null ? most : Math.max(most ?? 0, mostAhead(ahead)))
  }, [span, points, band, value, ahead])
  const usual = useMemo(() => bandPath(band, scale), [band, scale])
  const hours = useMemo(() => [...ticks(span, timeZone), ...aheadTicks(span)], [span, timeZone])
  const line = useMemo(() => linePath(points, scale), [points, scale])
  const lacking = useMemo(() => (value === null ? [] : shades(points, scale, value)), [points, scale, value])
  const expected = useMemo(() => (ahead === null ? null : aheadPaths(ahead, scale, (kmh) => kmh)), [ahead, scale])

  const windows = useMemo(() => [...points, ...readAhead], [points, readAhead])
  const slider = { windows, span, readMs, onRead, restAt: points.length - 1, holds }
  const current = windows[readAt(slider)]
  if (current === undefined) return null
  const left = (ms: number): string => `${(scale.x(ms) / WIDTH) * 100}%`
  const top = (one: number): string => `${(scale.y(one) / HEIGHT) * 100}%`
  const middle = left((current.startMs + current.endMs) / 2)
  return (
    <div
      className="day-chart"
      {...windowSlider(slider)}
      aria-label={name}
      aria-describedby={describedBy}
      aria-valuetext={say(current)}
      data-testid="day-chart"
      data-windows={points.length}
    >
      <div className="day-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          {usual !== '' && <path className="usual-band" d={usual} />}
          {hours.map(({ ms, label }) => (
            <path key={ms} className="day-hour" data-hour={label} d={`M${scale.x(ms)} 0V${HEIGHT}`} />
          ))}
          {lacking.map(({ level, path }) => (
            <path key={path} className="day-lacking" data-level={level} d={path} />
          ))}
          {children}
          {expected !== null && <path className="ahead-band" d={expected.band} />}
          {span.widerFromMs !== undefined && <path className="day-now" d={`M${scale.x(span.widerFromMs)} 0V${HEIGHT}`} />}
          {value !== null && <path className="day-reference" d={`M0 ${scale.y(value)}H${WIDTH}`} />}
          <path className="day-line" d={line} />
          {expected !== null && <path className="ahead-line" d={expected.line} />}
        </svg>
        {over}
        {reference !== null && (
          <span className="day-reference-name" style={{ top: top(reference.value) }}>
            {reference.name}
          </span>
        )}
        {readMs !== null && <span className="day-cursor" style={{ left: middle }} />}
        {current.value !== null && <span className="day-dot" style={{ left: middle, top: top(current.value) }} />}
      </div>
      <div className="day-hours">
        {hours.map(({ ms, label }) => (
          <span key={ms} data-end={ms === span.toMs} style={{ left: left(ms) }}>
            {label}
          </span>
        ))}
      </div>
    </div>
  )
}
