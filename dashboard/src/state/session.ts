/** Who is at the desk. */

import type { Person } from '../contract/session.ts'

export type Session =
  | { readonly status: 'asking' }
  | { readonly status: 'unreachable'; readonly retryAtMs: number }
  /** Nobody answers, and the city is shown as this person saw it last. */
  | { readonly status: 'away'; readonly person: Person }
  /** `was`: who was signed in until just now, and goes on where they were. */
  | { readonly status: 'out'; readonly was: Person | null }
  | { readonly status: 'in'; readonly person: Person }

/** The gateway said who is there; null is nobody. */
export function answered(session: Session, person: Person | null): Session {
  return person === null ? ended(session) : { status: 'in', person }
}

/** Nobody said anything. */
export function unanswered(session: Session, retryAtMs: number): Session {
  return isWaiting(session) && session.status !== 'away' ? { status: 'unreachable', retryAtMs } : session
}

/** The session ended without anybody asking for it. */
export function ended(session: Session): Session {
  return session.status === 'out' ? session : { status: 'out', was: personOf(session) }
}

/** Whether the gateway has not said yet who is there. */
export function isWaiting({ status }: Session): boolean {
  return status === 'asking' || status === 'unreachable' || status === 'away'
}

/** Who has a session, as far as anybody knows. */
export function personOf(session: Session): Person | null {
  return session.status === 'in' || session.status === 'away' ? session.person : null
}

/** Whether there is a map to show, be it behind a dialog. */
export function hasMap(session: Session): boolean {
  return personOf(session) !== null || (session.status === 'out' && session.was !== null)
}
