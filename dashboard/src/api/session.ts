/** Signing in and out. The session itself is a cookie that no script can read. */

import { readPerson, type Person } from '../contract/session.ts'
import { Problem } from './problem.ts'
import { request } from './request.ts'

const PATH = '/api/session'
const UNAUTHORIZED = 401

/** Who is signed in; null if nobody is. */
export async function whoAmI(): Promise<Person | null> {
  try {
    const answer = await request(PATH)
    return answer === null ? null : readPerson(answer.body)
  } catch (error) {
    if (isSignedOut(error)) return null
    throw error
  }
}

/** @throws Problem: 401 of a wrong name or password, 429 of too many attempts. */
export async function signIn(name: string, password: string): Promise<Person> {
  const answer = await request(PATH, { method: 'POST', json: { name, password } })
  return readPerson(answer?.body)
}

export async function signOut(): Promise<void> {
  await request(PATH, { method: 'DELETE' })
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === UNAUTHORIZED
}
