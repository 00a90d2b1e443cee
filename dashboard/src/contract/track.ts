import { fieldsOf, list, place, timeMs } from './fields.ts'

export interface TrackPoint {
  readonly lon: number
  readonly lat: number
  readonly timeMs: number
}

/** Where one vehicle was, a point a minute, the oldest first. */
export function readTrack(value: unknown): readonly TrackPoint[] {
  return list(fieldsOf(value, 'track'), 'points').map((point) => {
    const of = fieldsOf(point, 'point')
    return { ...place(of), timeMs: timeMs(of, 'timestamp') }
  })
}
