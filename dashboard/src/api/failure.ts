/** Why something could not be had, for words of the page. */

import { Malformed } from '../contract/fields.ts'
import { Problem, Unreachable } from './problem.ts'

const UNAVAILABLE = 503

export type Failure =
  /** What the gateway asks does not answer. */
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
