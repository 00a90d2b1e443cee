/** The city at one past time, and the incidents of a day. */

import { readIncidents, readPastRoads, readPastVehicles, type PastRoads, type PastVehicles } from '../contract/past.ts'
import type { Incident } from '../contract/incident.ts'
import type { Complaints } from '../live/complaints.ts'
import { request } from './request.ts'

export interface Picture {
  readonly roads: PastRoads
  readonly vehicles: PastVehicles
}

export async function loadPicture(atMs: number, complaints: Complaints, signal: AbortSignal): Promise<Picture> {
  const [roads, vehicles] = await Promise.all(
    ['traffic', 'vehicles'].map((what) => request(`/api/${what}/at?time=${atMs}`, { signal })),
  )
  return {
    roads: readPastRoads(roads?.body, (error) => {
      complaints.add('road of the past', error.message)
    }),
    vehicles: readPastVehicles(vehicles?.body, (error) => {
      complaints.add('vehicle of the past', error.message)
    }),
  }
}

/** Those that were open at some time of a range. */
export async function loadIncidents(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  complaints: Complaints,
  signal: AbortSignal,
): Promise<readonly Incident[]> {
  const answer = await request(`/api/emergencies/history?from=${fromMs}&to=${toMs}`, { signal })
  return readIncidents(answer?.body, (error) => {
    complaints.add('incident of the past', error.message)
  })
}
