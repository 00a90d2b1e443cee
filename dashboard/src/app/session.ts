/** Who is at the desk, from the first question to the sign-out. */

import { isSignedOut, signIn, signOut, whoAmI } from '../api/session.ts'
import { Problem, Unreachable } from '../api/problem.ts'
import { Malformed } from '../contract/fields.ts'
import { waitMs } from '../live/backoff.ts'
import { withKept } from '../state/kept.ts'
import { answered, ended, isWaiting, unanswered } from '../state/session.ts'
import { START, city } from '../state/store.ts'
import { forgetCity, lastKnown } from './kept.ts'

/** Who waited this long may look at the last known city meanwhile: a network that hangs says so only later. */
const SLOW_MS = 4_000

let attempt = 0
let retry: number | undefined
/** Of the last time that was asked: an answer to one before tells nothing any more. */
let turn = 0

/** Asks who is there, and at once again when the network is back or the page is looked at. Returns what ends that. */
export function openSession(): () => void {
  const askAgain = (): void => {
    if (document.visibilityState === 'visible' && isWaiting(city.getState().session)) void askWhoIsThere()
  }
  window.addEventListener('online', askAgain)
  document.addEventListener('visibilitychange', askAgain)
  void askWhoIsThere()
  return () => {
    window.removeEventListener('online', askAgain)
    document.removeEventListener('visibilitychange', askAgain)
  }
}

/** Asks until somebody answers. */
export async function askWhoIsThere(): Promise<void> {
  window.clearTimeout(retry)
  turn += 1
  const mine = turn
  const slow = window.setTimeout(() => void showLastKnown(), SLOW_MS)
  try {
    const person = await whoAmI()
    if (mine !== turn) return
    attempt = 0
    if (person === null) void forgetCity()
    city.setState(({ session }) => ({ session: answered(session, person) }))
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Unreachable || error instanceof Malformed)) throw error
    if (mine !== turn) return
    const wait = waitMs(attempt, Math.random())
    attempt += 1
    retry = window.setTimeout(() => void askWhoIsThere(), wait)
    const retryAtMs = Date.now() + wait
    await showLastKnown()
    city.setState(({ session }) => ({ session: unanswered(session, retryAtMs) }))
  } finally {
    window.clearTimeout(slow)
  }
}

/** The map as it was, unless something is shown already. */
async function showLastKnown(): Promise<void> {
  const kept = await lastKnown()
  if (kept !== null) city.setState((state) => withKept(state, kept))
}

/** @throws Problem, Unreachable: as the form tells. */
export async function enter(name: string, password: string): Promise<void> {
  const person = await signIn(name, password)
  void forgetCity()
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
  } finally {
    // Whether the gateway heard of it or not.
    void forgetCity()
  }
  const { view, camera } = city.getState()
  city.setState({ ...START, camera, view: { ...view, selection: null }, session: { status: 'out', was: null } })
}

/** The gateway does not know this session any more: the map stays, and asks who is there. */
export function endSession(): void {
  void forgetCity()
  city.setState(({ session }) => ({ session: ended(session) }))
}
