import { fieldsOf, flag, number, numberOrNull, placeOrNull, text, textOrNull, timeMsOrNull } from './fields.ts'

export const ROAD_USERS = ['car', 'bus', 'truck', 'motorcycle', 'bicycle', 'pedestrian', 'other'] as const

export type RoadUser = (typeof ROAD_USERS)[number]

/** A camera's latest observation; null is what it did not send. */
export interface Camera {
  readonly id: string
  readonly roadId: string | null
  /** Null of one that the city model lacks. */
  readonly at: { readonly lon: number; readonly lat: number } | null
  readonly timeMs: number | null
  readonly counts: Readonly<Partial<Record<RoadUser, number>>> | null
  readonly meanSpeedKmh: number | null
  readonly incident: string | null
  readonly stale: boolean
}

export function readCamera(value: unknown): Camera {
  const of = fieldsOf(value, 'camera')
  return {
    id: text(of, 'camera_id'),
    roadId: textOrNull(of, 'road_id'),
    at: placeOrNull(of),
    timeMs: timeMsOrNull(of, 'timestamp'),
    counts: countsOf(of['counts']),
    meanSpeedKmh: numberOrNull(of, 'mean_speed_kmh'),
    incident: textOrNull(of, 'incident'),
    stale: flag(of, 'stale'),
  }
}

function countsOf(value: unknown): Camera['counts'] {
  if (value === null || value === undefined) return null
  const of = fieldsOf(value, 'counts')
  return Object.fromEntries(ROAD_USERS.filter((user) => user in of).map((user) => [user, number(of, user)]))
}
