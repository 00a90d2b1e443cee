/** What is usual on one road. */

import { readUsual, type Usual } from '../contract/usual.ts'
import type { Complaints } from '../live/complaints.ts'
import { Problem } from './problem.ts'
import { request } from './request.ts'

const NOT_FOUND = 404

/** Null of a road that the gateway does not know. */
export async function loadUsual(roadId: string, complaints: Complaints, signal: AbortSignal): Promise<Usual | null> {
  try {
    const answer = await request(`/api/analytics/usual/${encodeURIComponent(roadId)}`, { signal })
    return readUsual(answer?.body, (error) => {
      complaints.add('usual hour', error.message)
    })
  } catch (error) {
    if (error instanceof Problem && error.status === NOT_FOUND) return null
    throw error
  }
}
