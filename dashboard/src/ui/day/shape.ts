/** How the windows of a day are drawn: pure numbers, in a field that the page stretches. */

import type { Level } from '../../contract/road.ts'

/** The field's own units; y goes down, as in SVG. */
export const WIDTH = 1_000
export const HEIGHT = 100

/** One window: what was measured in it, null of nothing. */
export interface DayPoint {
  readonly startMs: number
  readonly endMs: number
  readonly value: number | null
  /** Null of what has no levels. */
  readonly level: Level | null
}

/** One window of a band. */
export interface BandPoint {
  readonly startMs: number
  readonly endMs: number
  readonly low: number
  readonly high: number
}

export const NO_BAND: readonly BandPoint[] = []

export interface Span {
  readonly fromMs: number
  readonly toMs: number
  /** From here on time is drawn `WIDER` than before it: an hour ahead of a day would be too narrow to be read. */
  readonly widerFromMs?: number
}

export const WIDER = 8

export interface Scale {
  readonly x: (ms: number) => number
  readonly y: (value: number) => number
}

export interface Shade {
  readonly level: Level
  readonly path: string
}

export interface Tick {
  readonly ms: number
  /** The hour of the day, `06`, or the day, `Sat 28`. */
  readonly label: string
}

const ROUND = 10
const QUARTER_MS = 900_000
/** An hour that a clock has twice is told once. */
const LEAST_APART_MS = 7_200_000
/** Hours of the day that are marked. */
const MARKED = ['00', '06', '12', '18']

/** From 0 up to a round number that nothing is beyond. */
export function scaleOf(span: Span, points: readonly DayPoint[], reference: number | null): Scale {
  const most = points.reduce((top, { value }) => Math.max(top, value ?? 0), reference ?? 0)
  return scaleTo(span, Math.max(1, Math.ceil(most / ROUND)) * ROUND)
}

/** The most of a band, and of what a line is held against. */
export function highest(band: readonly BandPoint[], reference: number | null): number | null {
  return band.reduce<number | null>((most, { high }) => Math.max(most ?? 0, high), reference)
}

/** From 0 up to a number. */
export function scaleTo(span: Span, top: number): Scale {
  const whole = widthTo(span.toMs, span)
  return {
    x: (ms) => round((widthTo(ms, span) / whole) * WIDTH),
    y: (value) => round((1 - value / top) * HEIGHT),
  }
}

/** How far it is to a time, in milliseconds of what is not wider. */
function widthTo(ms: number, { fromMs, widerFromMs = Infinity }: Span): number {
  return ms - fromMs + Math.max(0, ms - widerFromMs) * (WIDER - 1)
}

/** Which time is at a share of the width. */
export function timeAt(share: number, span: Span): number {
  const { fromMs, toMs, widerFromMs = toMs } = span
  const width = share * widthTo(toMs, span)
  const beyond = width - (widerFromMs - fromMs)
  return beyond <= 0 ? fromMs + width : widerFromMs + beyond / WIDER
}

/** Longer ones may begin in the hour before that of most of it. */
export function middleOf({ startMs, endMs }: Pick<DayPoint, 'startMs' | 'endMs'>): number {
  return (startMs + endMs) / 2
}

/** Windows with a value that follow on each other without a gap. */
export function runs(points: readonly DayPoint[]): readonly (readonly Valued[])[] {
  return grouped(points.filter(isValued), (one, next) => one.endMs === next.startMs)
}

/** Level through each window, and never over what was not measured. */
export function linePath(points: readonly DayPoint[], { x, y }: Scale): string {
  return runs(points)
    .map((run) => {
      const [first] = run
      if (first === undefined) return ''
      return `M${x(first.startMs)} ${y(first.value)}${steps(run, { x, y })}`
    })
    .join('')
}

/** What is below the line. */
export function areaPath(points: readonly DayPoint[], scale: Scale): string {
  return runs(points)
    .map((run) => {
      const [first] = run
      if (first === undefined) return ''
      return `M${scale.x(first.startMs)} ${HEIGHT}V${scale.y(first.value)}${steps(run, scale)}V${HEIGHT}Z`
    })
    .join('')
}

/** What is between the lows and the highs. */
export function bandPath(points: readonly BandPoint[], { x, y }: Scale): string {
  return grouped(points, (one, next) => one.endMs === next.startMs)
    .map((run) => {
      const there = run.map(({ startMs, endMs, high }, at) => `${at === 0 ? `M${x(startMs)} ` : 'V'}${y(high)}H${x(endMs)}`)
      const back = run.toReversed().map(({ startMs, low }) => `V${y(low)}H${x(startMs)}`)
      return `${there.join('')}${back.join('')}Z`
    })
    .join('')
}

/**
 * What is lacking to the reference, by level. What flows freely lacks nothing worth a colour; what was jammed without
 * a speed lacks all of it.
 */
export function shades(points: readonly DayPoint[], scale: Scale, reference: number): readonly Shade[] {
  const slow = points.flatMap((point) => {
    const value = point.value ?? (point.level === 'jammed' ? 0 : null)
    const isSlow = value !== null && value < reference && point.level !== null && !CALM.has(point.level)
    return isSlow ? [{ ...point, value, level: point.level }] : []
  })
  const alike = grouped(slow, (one, next) => one.endMs === next.startMs && one.level === next.level)
  return alike.flatMap((run) => {
    const [first] = run
    if (first === undefined) return []
    const above = scale.y(reference)
    return [{ level: first.level, path: `M${scale.x(first.startMs)} ${above}V${scale.y(first.value)}${steps(run, scale)}V${above}Z` }]
  })
}

const CALM: ReadonlySet<Level> = new Set<Level>(['free', 'unknown'])

/** Where the day's marked hours are, by the clocks of a zone: days of 23 and of 25 hours have them too. */
export function ticks({ fromMs, toMs, widerFromMs = toMs }: Span, timeZone: string): readonly Tick[] {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const found: Tick[] = []
  // Clocks differ from each other by quarters of an hour.
  for (let ms = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS; ms <= widerFromMs; ms += QUARTER_MS) {
    const [label = '', minute] = clock.format(ms).split(':')
    if (minute !== '00' || !MARKED.includes(label)) continue
    const last = found.at(-1)
    if (last?.label !== label || ms - last.ms > LEAST_APART_MS) found.push({ ms, label })
  }
  return found
}

/** Where days begin by the clocks of a zone, which on some have no midnight. */
export function dayTicks({ fromMs, toMs }: Span, timeZone: string): readonly Tick[] {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric' })
  const found: Tick[] = []
  let before = day.format(fromMs - 1)
  for (let ms = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS; ms < toMs; ms += QUARTER_MS) {
    const label = day.format(ms)
    if (label !== before) found.push({ ms, label })
    before = label
  }
  return found
}

export interface Extremes {
  readonly least: Valued
  readonly most: Valued
}

/** The first of each; null where nothing was measured. */
export function extremes(points: readonly DayPoint[]): Extremes | null {
  const valued = points.filter(isValued)
  const [first] = valued
  if (first === undefined) return null
  return valued.reduce<Extremes>(
    ({ least, most }, one) => ({
      least: one.value < least.value ? one : least,
      most: one.value > most.value ? one : most,
    }),
    { least: first, most: first },
  )
}

/** Which window is nearest to a time, of two that meet there the one that begins; -1 without any. */
export function nearest(points: readonly Pick<DayPoint, 'startMs' | 'endMs'>[], ms: number): number {
  let found = -1
  let apart = Infinity
  for (const [at, { startMs, endMs }] of points.entries()) {
    const away = ms < startMs ? startMs - ms : Math.max(0, ms - endMs + 1)
    if (away < apart) [found, apart] = [at, away]
  }
  return found
}

type Valued = DayPoint & { readonly value: number }

function isValued(point: DayPoint): point is Valued {
  return point.value !== null
}

function grouped<T>(all: readonly T[], goesOn: (one: T, next: T) => boolean): readonly (readonly T[])[] {
  const groups: T[][] = []
  for (const one of all) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && goesOn(before, one)) last.push(one)
    else groups.push([one])
  }
  return groups
}

function steps(run: readonly Valued[], { x, y }: Scale): string {
  return run.map(({ value, endMs }, at) => `${at === 0 ? '' : `V${y(value)}`}H${x(endMs)}`).join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
