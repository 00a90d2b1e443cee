/** The last day of one road, or of all of them together, in as few windows as a chart can show. */

import { readFlowHistory, type FlowHistory } from '../contract/history.ts'
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

/** @param roadId Null: of all roads together. */
export async function loadHistory(
  roadId: string | null,
  { fromMs, toMs, stepS }: Range,
  complaints: Complaints,
  signal: AbortSignal,
): Promise<FlowHistory> {
  const asked = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
  if (stepS !== null) asked.set('step', String(stepS))
  const path = roadId === null ? '/api/analytics/history' : `/api/traffic/history/${encodeURIComponent(roadId)}`
  const answer = await request(`${path}?${asked.toString()}`, { signal })
  return readFlowHistory(answer?.body, (error) => {
    complaints.add('window of the past', error.message)
  })
}
