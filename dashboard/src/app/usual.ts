/** What is usual on the roads that are looked at: asked for once, and kept for an hour, for it changes once a day. */

import { loadUsual } from '../api/usual.ts'
import type { Complaints } from '../live/complaints.ts'
import { city } from '../state/store.ts'
import { roadsLookedAt } from '../state/usual.ts'
import { followWanted } from './wanted.ts'

const FRESH_MS = 3_600_000

/** Returns what ends it, and forgets what is known. `onError` tells of what could not be had. */
export function followUsual(complaints: Complaints, onError: (error: unknown) => void): () => void {
  return followWanted({
    wanted: roadsLookedAt,
    load: (roadId, signal) => loadUsual(roadId, complaints, signal),
    freshMs: FRESH_MS,
    tell: (usual) => {
      city.setState({ usual })
    },
    onError,
  })
}
