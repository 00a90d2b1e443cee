/** What is shown of new incidents: several at once as one, and no faster than one can read. */

import type { Incident } from '../contract/incident.ts'
import { worstFirst } from './incidents.ts'

export interface Notice {
  /** The worst first; none while there is nothing to show. */
  readonly shown: readonly Incident[]
  readonly sinceMs: number
  /** Came meanwhile. */
  readonly waiting: readonly Incident[]
}

export const NO_NOTICE: Notice = { shown: [], sinceMs: 0, waiting: [] }

/** So long it stays for who reads it, at least. */
export const READ_MS = 4_000
export const STAY_MS = 12_000

export function heard(notice: Notice, fresh: readonly Incident[], nowMs: number): Notice {
  if (fresh.length === 0) return notice
  const waiting = [...notice.waiting, ...fresh]
  return notice.shown.length === 0 ? { shown: worstFirst(waiting), sinceMs: nowMs, waiting: [] } : { ...notice, waiting }
}

/** When something else is to be shown; null while nothing is. */
export function dueMs({ shown, sinceMs, waiting }: Notice): number | null {
  return shown.length === 0 ? null : sinceMs + (waiting.length > 0 ? READ_MS : STAY_MS)
}

/** Without those that ended before somebody saw them. */
export function withoutEnded(notice: Notice, things: ReadonlyMap<string, Incident>, nowMs: number): Notice {
  const isThere = ({ id }: Incident): boolean => things.has(id)
  const [shown, waiting] = [notice.shown.filter(isThere), notice.waiting.filter(isThere)]
  if (shown.length === notice.shown.length && waiting.length === notice.waiting.length) return notice
  return shown.length === 0 ? heard(NO_NOTICE, waiting, nowMs) : { ...notice, shown, waiting }
}

/** What came meanwhile takes the place of what was read. */
export function next({ waiting }: Notice, nowMs: number): Notice {
  return heard(NO_NOTICE, waiting, nowMs)
}
