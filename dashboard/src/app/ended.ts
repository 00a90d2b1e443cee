/** An incident whose card is open and which the stream tells of no more: how it ended is asked for once. */

import { loadIncident } from '../api/incident.ts'
import type { Incident } from '../contract/incident.ts'
import { failed } from './failed.ts'

/** Tells null where nobody can say. Returns what ends it, in the middle too. */
export function askHowItEnded(id: string, tell: (incident: Incident | null) => void): () => void {
  const ending = new AbortController()
  const ask = async (): Promise<void> => {
    try {
      const incident = await loadIncident(id, ending.signal)
      if (!ending.signal.aborted) tell(incident)
    } catch (error) {
      if (ending.signal.aborted) return
      failed(error)
      tell(null)
    }
  }
  void ask()
  return () => {
    ending.abort()
  }
}
