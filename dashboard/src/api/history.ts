/** The last day or week of one road, or of all of them together, in as few windows as a chart can show. */

import { readFlowPage, type FlowHistory, type FlowPage } from '../contract/history.ts'
import type { Complaints } from '../live/complaints.ts'
import { request } from './request.ts'

const DAY_S = 86_400
/** A day of these is as many as a card has pixels. */
const DAY_STEP_S = 300
/** No more is kept. */
const WEEK_S = 7 * DAY_S
const WEEK_STEP_S = 3_600

export interface Range {
  readonly fromMs: number
  readonly toMs: number
  /** Null of windows as they were measured. */
  readonly stepS: number | null
}

/** @param windowS How long windows are measured; null where nobody knows it: they can't be summed then. */
export type RangeOf = (nowMs: number, windowS: number | null) => Range

/** The day up to now, of whole steps: the gateway then has it in one answer. */
export const lastDay: RangeOf = (nowMs, windowS) => lastS(DAY_S, DAY_STEP_S, nowMs, windowS)

export const lastWeek: RangeOf = (nowMs, windowS) => lastS(WEEK_S, WEEK_STEP_S, nowMs, windowS)

function lastS(lengthS: number, leastStepS: number, nowMs: number, windowS: number | null): Range {
  const stepS = windowS === null ? null : windowS * Math.ceil(leastStepS / windowS)
  const unitS = stepS ?? 1
  const toS = Math.ceil(nowMs / 1_000 / unitS) * unitS
  const fromS = toS - Math.floor(lengthS / unitS) * unitS
  return { fromMs: fromS * 1_000, toMs: toS * 1_000, stepS }
}

/** @param roadId Null: of all roads together. An answer has a day at most: the others are asked for one by one. */
export async function loadHistory(
  roadId: string | null,
  { fromMs, toMs, stepS }: Range,
  complaints: Complaints,
  signal: AbortSignal,
): Promise<FlowHistory> {
  const asked = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
  if (stepS !== null) asked.set('step', String(stepS))
  const path = roadId === null ? '/api/analytics/history' : `/api/traffic/history/${encodeURIComponent(roadId)}`
  const ask = async (): Promise<FlowPage> => {
    const answer = await request(`${path}?${asked.toString()}`, { signal })
    return readFlowPage(answer?.body, (error) => {
      complaints.add('window of the past', error.message)
    })
  }
  const first = await ask()
  const windows = [...first.windows]
  let last = first
  while (last.nextCursor !== null) {
    asked.set('cursor', last.nextCursor)
    last = await ask()
    windows.push(...last.windows)
  }
  return { fromMs: first.fromMs, toMs: last.toMs, windows }
}
