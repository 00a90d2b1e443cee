/** What is forecast, as a chart draws and reads it: pure, in the units that a person reads. */

import type { Ahead, RoadForecast } from '../../contract/forecast.ts'
import type { Scale, Span, Tick } from './shape.ts'

const MINUTE_MS = 60_000
const WINDOW_MS = 5 * MINUTE_MS
export const HOUR_MS = 60 * MINUTE_MS
const MARKED_MIN = [30, 60]

/** A window that was not there yet. */
export interface AheadWindow extends Ahead {
  readonly startMs: number
}

/** The same span with the hour that follows on it. */
export function withHourAhead({ fromMs, toMs }: Span): Required<Span> {
  return { fromMs, toMs: toMs + HOUR_MS, widerFromMs: toMs }
}

/** Those that begin at a time or later: before it, what was measured is read. */
export function windowsAhead({ ahead }: RoadForecast, fromMs: number): readonly AheadWindow[] {
  return ahead.map((one) => ({ ...one, startMs: one.endMs - WINDOW_MS })).filter(({ startMs }) => startMs >= fromMs)
}

/** Minutes from where the hour begins. */
export function aheadTicks({ widerFromMs }: Span): readonly Tick[] {
  return widerFromMs === undefined ? [] : MARKED_MIN.map((minutes) => ({ ms: widerFromMs + minutes * MINUTE_MS, label: `+${minutes}` }))
}

export interface AheadPaths {
  readonly line: string
  readonly band: string
}

/** From the last speed that was read: straight to the end of each window, and the interval that opens from there. */
export function aheadPaths({ asOfMs, lastSpeedKmh, ahead }: RoadForecast, { x, y }: Scale, speedOf: (kmh: number) => number): AheadPaths | null {
  if (asOfMs === null || ahead.length === 0) return null
  const start = lastSpeedKmh === null ? [] : [{ endMs: asOfMs, speedKmh: lastSpeedKmh, lowKmh: lastSpeedKmh, highKmh: lastSpeedKmh }]
  const all = [...start, ...ahead]
  const path = (points: readonly (readonly [ms: number, kmh: number])[]): string =>
    points.map(([ms, kmh], at) => `${at === 0 ? 'M' : 'L'}${x(ms)} ${y(speedOf(kmh))}`).join('')
  const high = all.map(({ endMs, highKmh }) => [endMs, highKmh] as const)
  const low = all.toReversed().map(({ endMs, lowKmh }) => [endMs, lowKmh] as const)
  return { line: path(all.map(({ endMs, speedKmh }) => [endMs, speedKmh] as const)), band: `${path([...high, ...low])}Z` }
}

/** The most that is drawn of it, km/h. */
export function mostAhead({ ahead }: RoadForecast): number {
  return ahead.reduce((most, { highKmh }) => Math.max(most, highKmh), 0)
}
