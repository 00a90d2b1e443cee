/** How large vehicles are drawn, by zoom. */

import type { Rank } from './fleet.ts'

/** Below, a vehicle has no direction: it is a dot. */
export const DOT_PX = 3.2

/** From where a sign on a vehicle can be read. */
export const GLYPH_PX = 7.5

/** Half of a sprite's length at a zoom, by rank, CSS px. */
const STOPS: readonly (readonly [zoom: number, quiet: number, service: number, emergency: number])[] = [
  [9, 1.1, 1.4, 3.2],
  [11, 1.7, 2.2, 4.6],
  [12.5, 3.6, 4.6, 6.6],
  [14, 5.4, 6.6, 9.5],
  [16, 8.5, 10, 13],
  [18, 12, 14, 17],
]

export function halfLengthPx(zoom: number, rank: Rank): number {
  const column = (rank + 1) as 1 | 2 | 3
  const first = STOPS[0]
  const last = STOPS.at(-1)
  if (first === undefined || last === undefined) return 1
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
