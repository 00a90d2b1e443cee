/** What is drawn of one road, or of the whole city: pure, in the units that a person reads. */

import type { FlowWindow } from '../../contract/history.ts'
import { meanSpeedKmh } from '../../state/trends.ts'
import type { UsualAt, UsualSpan } from '../../state/usual.ts'
import { NO_BAND, extremes, middleOf, type BandPoint, type DayPoint } from '../day/shape.ts'
import { usualBand, usualPoints, usualVehicles } from '../usual.ts'

export interface Series {
  /** Null of the whole city. */
  readonly roadId: string | null
  readonly name: string
  /** Which one it is: by it it has its colour and its stroke. */
  readonly at: number
  readonly windows: readonly FlowWindow[]
  /** What ends later was not over yet. */
  readonly nowMs: number
  readonly freeFlowKmh: number | null
}

/** A line of a chart: any number of them, of any times. */
export interface Line {
  readonly at: number
  readonly points: readonly DayPoint[]
  /** From here on it is not whole. */
  readonly nowMs: number
}

export function speedLine({ at, windows, nowMs }: Series, speedOf: (kmh: number) => number): Line {
  return { at, nowMs, points: windows.map((one) => pointOf(one, one.meanSpeedKmh === null ? null : speedOf(one.meanSpeedKmh))) }
}

export function volumeLine({ at, windows, nowMs }: Series): Line {
  return { at, nowMs, points: windows.map((one) => pointOf(one, one.vehicles)) }
}

/** What is usual in the range: the median as a line, and the band around it. */
export interface UsualLine {
  readonly points: readonly DayPoint[]
  readonly band: readonly BandPoint[]
}

/** Null where no hour of the range has any. */
export function usualSpeedLine(spans: readonly UsualSpan[], speedOf: (kmh: number) => number): UsualLine | null {
  const points = usualPoints(spans, ({ medianSpeedKmh: kmh }) => (kmh === null ? null : speedOf(kmh)))
  return extremes(points) === null ? null : { points, band: usualBand(spans, speedOf) }
}

/** In windows of a length. Null where no hour of the range has any. */
export function usualVolumeLine(spans: readonly UsualSpan[], lengthMs: number): UsualLine | null {
  const points = usualPoints(spans, (hour) => usualVehicles(hour, lengthMs))
  return extremes(points) === null ? null : { points, band: NO_BAND }
}

function pointOf({ startMs, endMs, level }: FlowWindow, value: number | null): DayPoint {
  return { startMs, endMs, value, level }
}

/** Null is what no window had. */
export interface Summary {
  readonly meanSpeedKmh: number | null
  /** Mean speed over free-flow speed. */
  readonly ratio: number | null
  readonly slowest: Extreme | null
  readonly busiest: Extreme | null
}

export interface Extreme {
  readonly startMs: number
  readonly value: number
}

export function summaryOf(series: Series): Summary {
  const mean = meanSpeedKmh(series.windows)
  const { freeFlowKmh } = series
  return {
    meanSpeedKmh: mean,
    ratio: mean === null || freeFlowKmh === null || freeFlowKmh === 0 ? null : mean / freeFlowKmh,
    slowest: extremes(speedLine(series, (kmh) => kmh).points)?.least ?? null,
    busiest: extremes(volumeLine(series).points)?.most ?? null,
  }
}

const STEPS = [1, 2, 5, 10]

/** Round numbers from 0 to one that nothing is beyond, about as many as are wanted. */
export function axisOf(most: number, wanted: number): readonly number[] {
  const least = Math.max(1, most / wanted)
  const ten = 10 ** Math.floor(Math.log10(least))
  const step = ten * (STEPS.find((one) => one * ten >= least) ?? 10)
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, at) => at * step)
}

/** The mean that a range would have, had each of its windows that has a speed its usual one. */
export function usualMeanKmh(windows: readonly FlowWindow[], at: UsualAt): number | null {
  const asUsual = windows
    .filter((one) => one.meanSpeedKmh !== null)
    .map((one) => ({ ...one, meanSpeedKmh: at(middleOf(one))?.medianSpeedKmh ?? null }))
  return meanSpeedKmh(asUsual)
}

/** The most of some lines, and of what they are held against. */
export function mostOf(lines: readonly Pick<Line, 'points'>[], reference: number | null): number {
  return lines.reduce((most, { points }) => points.reduce((so, { value }) => Math.max(so, value ?? 0), most), reference ?? 0)
}
