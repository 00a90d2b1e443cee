/** Who is at the desk, from the first question to the sign-out. */

import { isSignedOut, signIn, signOut, whoAmI } from '../api/session.ts'
import { Problem, Unreachable } from '../api/problem.ts'
import { Malformed } from '../contract/fields.ts'
import { waitMs } from '../live/backoff.ts'
import { ended } from '../state/session.ts'
import { START, city } from '../state/store.ts'

let attempt = 0
let retry: number | undefined

/** Asks until somebody answers. */
export async function askWhoIsThere(): Promise<void> {
  window.clearTimeout(retry)
  try {
    const person = await whoAmI()
    attempt = 0
    city.setState({ session: person === null ? { status: 'out', was: null } : { status: 'in', person } })
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unreachable || error instanceof Malformed)) throw error
    const wait = waitMs(attempt, Math.random())
    attempt += 1
    city.setState({ session: { status: 'unreachable', retryAtMs: Date.now() + wait } })
    retry = window.setTimeout(() => void askWhoIsThere(), wait)
  }
}

/** @throws Problem, Unreachable: as the form tells. */
export async function enter(name: string, password: string): Promise<void> {
  const person = await signIn(name, password)
  city.setState(({ session }) => {
    const isOther = session.status === 'out' && session.was !== null && session.was.name !== person.name
    const signedIn = { session: { status: 'in', person } as const }
    // Another person does not find what the one before chose.
    return isOther ? { ...signedIn, view: { ...city.getState().view, selection: null } } : signedIn
  })
}

export async function leave(): Promise<void> {
  try {
    await signOut()
  } catch (error) {
    // A session that is no more is what was wanted.
    if (!isSignedOut(error)) throw error
  }
  const { view, camera } = city.getState()
  city.setState({ ...START, camera, view: { ...view, selection: null }, session: { status: 'out', was: null } })
}

/** The gateway does not know this session any more: the map stays, and asks who is there. */
export function endSession(): void {
  city.setState(({ session }) => ({ session: ended(session) }))
}
