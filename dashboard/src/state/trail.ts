/** Where the chosen vehicle was in the last hour. */

import type { TrackPoint } from '../contract/track.ts'
import type { Vehicle } from '../contract/vehicle.ts'

export interface Trail {
  readonly id: string
  /** The oldest first. */
  readonly points: readonly TrackPoint[]
  /** `missing`: what was before somebody looked could not be had. */
  readonly past: 'loading' | 'there' | 'missing'
}

export const TRAIL_MS = 3_600_000
/** Who says nothing for so long may have been anywhere. */
const GAP_MS = 180_000

export function trailOf({ id, lon, lat, timeMs }: Vehicle): Trail {
  return { id, points: [{ lon, lat, timeMs }], past: 'loading' }
}

/** One more word of the vehicle. */
export function extended(trail: Trail, { lon, lat, timeMs }: Vehicle): Trail {
  const newest = trail.points.at(-1)
  if (newest !== undefined && timeMs <= newest.timeMs) return trail
  const points = [...trail.points, { lon, lat, timeMs }].filter((point) => timeMs - point.timeMs <= TRAIL_MS)
  return { ...trail, points }
}

/** What was before it was looked at goes before what was seen since. */
export function withPast(trail: Trail, past: readonly TrackPoint[]): Trail {
  const firstMs = trail.points[0]?.timeMs ?? Infinity
  return { ...trail, past: 'there', points: [...past.filter(({ timeMs }) => timeMs < firstMs), ...trail.points] }
}

export interface Stretch {
  readonly points: readonly TrackPoint[]
  /** 0 is the newest. */
  readonly age: 0 | 1 | 2
}

/** Minutes at which a trail pales. */
const AGES_MS = [600_000, 1_800_000] as const

/**
 * Lines of one age each, cut where nothing was heard for long. The newest point is left out: the vehicle is drawn on
 * its way there.
 */
export function stretches({ points }: Trail): readonly Stretch[] {
  const nowMs = points.at(-1)?.timeMs ?? 0
  const found: { points: TrackPoint[]; age: 0 | 1 | 2 }[] = []
  let before: TrackPoint | undefined
  for (const point of points.slice(0, -1)) {
    const age = ageOf(nowMs - point.timeMs)
    const last = found.at(-1)
    if (before === undefined || point.timeMs - before.timeMs > GAP_MS) found.push({ points: [point], age })
    else if (last?.age === age) last.points.push(point)
    else found.push({ points: [before, point], age })
    before = point
  }
  return found.filter((stretch) => stretch.points.length > 1)
}

function ageOf(ms: number): 0 | 1 | 2 {
  if (ms <= AGES_MS[0]) return 0
  return ms <= AGES_MS[1] ? 1 : 2
}
