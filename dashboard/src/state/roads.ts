/** How congested the roads are, road by road, and how that leads from one state to the next. */

import type { Level, Road } from '../contract/road.ts'
import type { Collection } from './collection.ts'

export interface RoadLevel {
  readonly id: string
  readonly level: Level
}

/** Roads whose level is another one than before: the map is told these alone. */
export function changedLevels(before: Collection<Road>, after: Collection<Road>): readonly RoadLevel[] {
  if (before.things === after.things) return []
  const changed: RoadLevel[] = []
  for (const [id, { level }] of after.things) {
    if (before.things.get(id)?.level !== level) changed.push({ id, level })
  }
  for (const id of before.things.keys()) {
    if (!after.things.has(id)) changed.push({ id, level: 'unknown' })
  }
  return changed
}

/** How many roads are at each level. */
export function countByLevel(roads: Collection<Road>): Readonly<Record<Level, number>> {
  const counts: Record<Level, number> = { free: 0, light: 0, moderate: 0, heavy: 0, jammed: 0, unknown: 0 }
  for (const { level } of roads.things.values()) counts[level] += 1
  return counts
}

/** How long a window is, s, by any road that has one; null before the first. */
export function windowS(roads: Collection<Road>): number | null {
  for (const { windowStartMs, windowEndMs } of roads.things.values()) {
    if (windowStartMs !== null && windowEndMs !== null && windowEndMs > windowStartMs) {
      return (windowEndMs - windowStartMs) / 1_000
    }
  }
  return null
}
