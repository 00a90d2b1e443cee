import { fieldsOf, text, timeMsOrNull } from './fields.ts'

/** Who is signed in. */
export interface Person {
  readonly name: string
  readonly role: string
  readonly expiresMs: number | null
}

export function readPerson(value: unknown): Person {
  const of = fieldsOf(value, 'session')
  return { name: text(of, 'name'), role: text(of, 'role'), expiresMs: timeMsOrNull(of, 'expires') }
}
