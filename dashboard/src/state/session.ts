/** Who is at the desk. */

import type { Person } from '../contract/session.ts'

export type Session =
  | { readonly status: 'asking' }
  | { readonly status: 'unreachable'; readonly retryAtMs: number }
  /** `was`: who was signed in until just now, and goes on where they were. */
  | { readonly status: 'out'; readonly was: Person | null }
  | { readonly status: 'in'; readonly person: Person }

/** The session ended without anybody asking for it. */
export function ended(session: Session): Session {
  return session.status === 'in' ? { status: 'out', was: session.person } : session
}

/** Whether there is a map to show, be it behind a dialog. */
export function hasMap(session: Session): boolean {
  return session.status === 'in' || (session.status === 'out' && session.was !== null)
}
