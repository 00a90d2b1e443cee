import { useMemo } from 'react'

import type { RoadForecast } from '../../contract/forecast.ts'
import { aheadPaths, mostAhead } from '../day/ahead.ts'
import { HEIGHT, NO_BAND, WIDTH, areaPath, bandPath, highest, linePath, scaleTo, shades, type DayPoint, type Span, type Tick } from '../day/shape.ts'
import { axisOf, mostOf, type Line, type UsualLine } from './series.ts'

interface Props {
  readonly lines: readonly Line[]
  readonly span: Span
  readonly ticks: readonly Tick[]
  readonly label: (value: number) => string
  /** About how many lines the axis has. */
  readonly steps: number
  /** Whether what lies below one line alone is something, too. */
  readonly isFilled?: boolean
  /** What one line alone is held against. */
  readonly reference?: { readonly value: number; readonly name: string } | null
  /** What is usual, below the lines. */
  readonly usual?: UsualLine | null
  /** What follows on one line alone, and how to write its km/h. */
  readonly ahead?: { readonly forecast: RoadForecast; readonly speedOf: (kmh: number) => number } | null
  /** The middle of what is read. */
  readonly readMs: number
  /** What each line has there. */
  readonly read: readonly { readonly at: number; readonly value: number | null }[]
}

/** Lines over one axis of time. It is for the eye: who reads it asks the slider around it. */
export function FlowChart({ lines, span, ticks, label, steps, isFilled = false, reference = null, usual = null, ahead = null, readMs, read }: Props) {
  const value = reference?.value ?? null
  const axis = useMemo(() => {
    const drawn = usual === null ? lines : [...lines, usual]
    const most = mostOf(drawn, highest(usual?.band ?? NO_BAND, value))
    return axisOf(ahead === null ? most : Math.max(most, ahead.speedOf(mostAhead(ahead.forecast))), steps)
  }, [lines, usual, value, ahead, steps])
  const scale = useMemo(() => scaleTo(span, axis.at(-1) ?? 1), [span, axis])
  const band = useMemo(() => bandPath(usual?.band ?? NO_BAND, scale), [usual, scale])
  const expected = useMemo(() => (ahead === null ? null : aheadPaths(ahead.forecast, scale, ahead.speedOf)), [ahead, scale])
  const [only] = lines
  const lacking = useMemo(
    () => (value === null || only === undefined ? [] : shades(only.points, scale, value)),
    [only, scale, value],
  )
  const top = (one: number): string => `${(scale.y(one) / HEIGHT) * 100}%`
  const left = `${(scale.x(readMs) / WIDTH) * 100}%`
  return (
    <div className="trend-plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" focusable="false">
        {band !== '' && <path className="usual-band" d={band} />}
        {ticks.map(({ ms }) => (
          <path key={ms} className="trend-grid" d={`M${scale.x(ms)} 0V${HEIGHT}`} />
        ))}
        {axis.map((one) => (
          <path key={one} className="trend-grid" d={`M0 ${scale.y(one)}H${WIDTH}`} />
        ))}
        {lacking.map(({ level, path }) => (
          <path key={path} className="day-lacking" data-level={level} d={path} />
        ))}
        {expected !== null && <path className="ahead-band" d={expected.band} />}
        {span.widerFromMs !== undefined && <path className="day-now" d={`M${scale.x(span.widerFromMs)} 0V${HEIGHT}`} />}
        {value !== null && <path className="day-reference" d={`M0 ${scale.y(value)}H${WIDTH}`} />}
        {isFilled && lines.length === 1 && only !== undefined && (
          <path className="trend-area" data-series={only.at} d={areaPath(only.points, scale)} />
        )}
        {usual !== null && <path className="usual-line" d={linePath(usual.points, scale)} />}
        {lines.map(({ at, points, nowMs }) => (
          <g key={at} className="trend-line" data-series={at}>
            <path d={linePath(points.filter(isOver(nowMs)), scale)} />
            <path className="is-open" d={linePath(points.filter((one) => !isOver(nowMs)(one)), scale)} />
          </g>
        ))}
        {expected !== null && <path className="ahead-line" d={expected.line} />}
      </svg>
      {axis.map((one) => (
        <span key={one} className="trend-number" style={{ top: top(one) }}>
          {label(one)}
        </span>
      ))}
      {reference !== null && (
        <span className="day-reference-name" style={{ top: top(reference.value) }}>
          {reference.name}
        </span>
      )}
      {read.map(({ at, value: one }) =>
        one === null ? null : <span key={at} className="trend-dot" data-series={at} style={{ left, top: top(one) }} />,
      )}
    </div>
  )
}

function isOver(nowMs: number): (point: DayPoint) => boolean {
  return ({ endMs }) => endMs <= nowMs
}
