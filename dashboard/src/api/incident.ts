/** One incident, also one that has ended. */

import { readIncident, type Incident } from '../contract/incident.ts'
import { Problem } from './problem.ts'
import { request } from './request.ts'

const NOT_FOUND = 404

/** Null of one that nobody knows any more. */
export async function loadIncident(id: string, signal: AbortSignal): Promise<Incident | null> {
  try {
    const answer = await request(`/api/emergencies/${encodeURIComponent(id)}`, { signal })
    return readIncident(answer?.body)
  } catch (error) {
    if (error instanceof Problem && error.status === NOT_FOUND) return null
    throw error
  }
}
