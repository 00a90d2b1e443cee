/** The last day of one thing, in as few windows as a chart can show. */

import { readRoadHistory, type RoadHistory } from '../contract/history.ts'
import type { Complaints } from '../live/complaints.ts'
import { request } from './request.ts'

const DAY_S = 86_400
/** A day of these is as many as a card has pixels. */
const LEAST_STEP_S = 300

export interface Range {
  readonly fromMs: number
  readonly toMs: number
  /** Null of windows as they were measured. */
  readonly stepS: number | null
}

/**
 * The day up to now, of whole steps: the gateway then has it in one answer.
 *
 * @param windowS How long windows are measured; null where nobody knows it: they can't be summed then.
 */
export function lastDay(nowMs: number, windowS: number | null): Range {
  const stepS = windowS === null ? null : windowS * Math.ceil(LEAST_STEP_S / windowS)
  const unitS = stepS ?? 1
  const toS = Math.ceil(nowMs / 1_000 / unitS) * unitS
  const fromS = toS - Math.floor(DAY_S / unitS) * unitS
  return { fromMs: fromS * 1_000, toMs: toS * 1_000, stepS }
}

export async function loadRoadHistory(
  id: string,
  { fromMs, toMs, stepS }: Range,
  complaints: Complaints,
  signal: AbortSignal,
): Promise<RoadHistory> {
  const asked = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
  if (stepS !== null) asked.set('step', String(stepS))
  const answer = await request(`/api/traffic/history/${encodeURIComponent(id)}?${asked.toString()}`, { signal })
  return readRoadHistory(answer?.body, (error) => {
    complaints.add('window of a road', error.message)
  })
}
