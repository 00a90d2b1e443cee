/** What becomes of a question that was not answered. */

import { failureOf, type Failure } from '../api/failure.ts'
import { isSignedOut } from '../api/session.ts'
import { endSession } from './session.ts'

/**
 * Why something could not be had. Null where the session has ended: it ends here, too.
 *
 * @throws What is neither the gateway's doing nor that of the way to it.
 */
export function failed(error: unknown): Failure | null {
  if (!isSignedOut(error)) return failureOf(error)
  endSession()
  return null
}
