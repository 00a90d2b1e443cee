/** What the panel of trends shows, and what can be told of windows of the past. */

import type { FlowWindow } from '../contract/history.ts'

export const TREND_RANGES = ['day', 'week'] as const

export type TrendRange = (typeof TREND_RANGES)[number]

export interface Trends {
  /** Two at most; without one it is the whole city. */
  readonly roads: readonly string[]
  readonly range: TrendRange
}

export const CITY_TRENDS: Trends = { roads: [], range: 'day' }

const MOST_ROADS = 2

/** The first one stays, for what comes is held against it. */
export function withRoad({ roads, range }: Trends, id: string): Trends {
  return { range, roads: roads.includes(id) ? roads : [...roads.slice(0, MOST_ROADS - 1), id] }
}

export function withoutRoad({ roads, range }: Trends, id: string): Trends {
  return { range, roads: roads.filter((one) => one !== id) }
}

/** Without a road it is the whole city, null. */
export function shownIn({ roads }: Trends): readonly (string | null)[] {
  return roads.length === 0 ? [null] : roads
}

/** One window of each of several histories; null of one that has none then. */
export interface Moment {
  readonly startMs: number
  readonly endMs: number
  readonly windows: readonly (FlowWindow | null)[]
}

/** In order of time, each time that any of them has. */
export function moments(histories: readonly (readonly FlowWindow[])[]): readonly Moment[] {
  const byStart = histories.map((windows) => new Map(windows.map((window) => [window.startMs, window])))
  const ends = new Map(histories.flat().map(({ startMs, endMs }) => [startMs, endMs]))
  return [...ends]
    .sort(([one], [other]) => one - other)
    .map(([startMs, endMs]) => ({ startMs, endMs, windows: byStart.map((of) => of.get(startMs) ?? null) }))
}

/**
 * Each window's mean as often as it has readings: as the gateway sums windows to longer ones. Where a reading came
 * without a speed this is near it, for windows do not tell how many had one. Null where no speed was measured.
 */
export function meanSpeedKmh(windows: readonly FlowWindow[]): number | null {
  let sum = 0
  let weight = 0
  for (const { meanSpeedKmh: mean, readings } of windows) {
    if (mean === null || readings === null) continue
    sum += mean * readings
    weight += readings
  }
  return weight === 0 ? null : sum / weight
}
