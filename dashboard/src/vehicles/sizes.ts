/** How large vehicles are drawn, by zoom. */

import type { Rank } from './fleet.ts'

/** From where a car has a shape; below it is a dot. */
export const DOT_PX = 5

/** Half of a sprite's length at a zoom, by rank, CSS px. */
const STOPS: readonly (readonly [zoom: number, quiet: number, service: number, emergency: number])[] = [
  [9, 1.4, 1.8, 5],
  [11, 2.2, 2.8, 7],
  [12.5, 4.2, 5, 8.5],
  [14, 6, 7, 10.5],
  [16, 8.5, 10, 13],
  [18, 12, 14, 17],
]

export function halfLengthPx(zoom: number, rank: Rank): number {
  const column = (rank + 1) as 1 | 2 | 3
  const first = STOPS[0]
  const last = STOPS.at(-1)
  if (first === undefined || last === undefined) return DOT_PX
  if (zoom <= first[0]) return first[column]
  for (let at = 1; at < STOPS.length; at += 1) {
    const low = STOPS[at - 1]
    const high = STOPS[at]
    if (low === undefined || high === undefined || zoom > high[0]) continue
    const share = (zoom - low[0]) / (high[0] - low[0])
    return low[column] + (high[column] - low[column]) * share
  }
  return last[column]
}

/** Sprites are made for few sizes, so that a zoom makes few of them. */
export function stepped(lengthPx: number): number {
  return 2 ** (Math.round(Math.log2(lengthPx) * 4) / 4)
}
