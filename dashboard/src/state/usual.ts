/** What is usual at a time: pure. */

import type { Usual, UsualHour } from '../contract/usual.ts'
import { chosenId } from './selection.ts'
import type { View } from './view.ts'

/** By road, of those that are looked at. */
export type UsualByRoad = ReadonlyMap<string, Usual>

export const NO_USUAL: UsualByRoad = new Map()

/** Null of an hour of which nothing is known. */
export type UsualAt = (ms: number) => UsualHour | null

/** Times of one hour of the week that follow on each other. */
export interface UsualSpan extends UsualHour {
  readonly startMs: number
  readonly endMs: number
}

export const COMPARISONS = ['below', 'within', 'above'] as const

export type Comparison = (typeof COMPARISONS)[number]

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
/** Clocks differ from each other by quarters of an hour. */
const QUARTER_MS = 900_000

/** Those of which more is asked for: the road on the card, and the one whose trends are shown alone. */
export function roadsLookedAt({ selection, trends }: Pick<View, 'selection' | 'trends'>): readonly string[] {
  const chosen = chosenId(selection, 'road')
  const alone = trends?.roads.length === 1 ? trends.roads : []
  return [...new Set([...(chosen === null ? [] : [chosen]), ...alone])]
}

/** Finds the hour of the week that a time has by the profile's clock. */
export function usualAt({ timeZone, hours }: Usual): UsualAt {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' })
  const byHour = new Map(hours.map((one) => [`${WEEKDAYS[one.weekday - 1]} ${one.hour}`, one]))
  return (ms) => {
    const parts = new Map(clock.formatToParts(ms).map(({ type, value }) => [type, value]))
    return byHour.get(`${parts.get('weekday')} ${Number(parts.get('hour'))}`) ?? null
  }
}

/** Its hours as a range of time has them: what is not known is left out, what clocks have twice is there twice. */
export function usualSpans({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }, at: UsualAt): readonly UsualSpan[] {
  const found: UsualSpan[] = []
  let startMs = fromMs
  while (startMs < toMs) {
    const endMs = Math.min(toMs, (Math.floor(startMs / QUARTER_MS) + 1) * QUARTER_MS)
    const hour = at(startMs)
    const last = found.at(-1)
    if (hour !== null && last?.endMs === startMs && last.hour === hour.hour) found.splice(-1, 1, { ...last, endMs })
    else if (hour !== null) found.push({ ...hour, startMs, endMs })
    startMs = endMs
  }
  return found
}

/** Whether a speed is within a band; both of its ends are. */
export function compared(speed: number, low: number, high: number): Comparison {
  if (speed < low) return 'below'
  return speed > high ? 'above' : 'within'
}
