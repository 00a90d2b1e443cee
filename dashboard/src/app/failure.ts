/** Why something could not be had from the gateway. */

import { Problem, Unreachable } from '../api/problem.ts'
import { Malformed } from '../contract/fields.ts'

const UNAVAILABLE = 503

export type Failure =
  /** What the gateway has it from does not answer. */
  | { readonly why: 'away' }
  | { readonly why: 'unreachable' }
  | { readonly why: 'refused'; readonly detail: string }

export function failureOf(error: unknown): Failure {
  if (error instanceof Problem) {
    return error.status === UNAVAILABLE ? { why: 'away' } : { why: 'refused', detail: error.message }
  }
  if (error instanceof Malformed) return { why: 'refused', detail: error.message }
  if (error instanceof Unreachable) return { why: 'unreachable' }
  throw error
}
