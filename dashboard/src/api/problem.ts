/** Why a request came to nothing. */

import { fieldsOf, textOrNull } from '../contract/fields.ts'

export class Problem extends Error {
  readonly status: number
  /** When it may be asked again; null where the gateway did not say. */
  readonly retryAfterS: number | null

  constructor(status: number, detail: string, retryAfterS: number | null) {
    super(detail)
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

/** Nobody answered: the network is away, or the gateway. */
export class Unreachable extends Error {}

export async function problemOf(response: Response): Promise<Problem> {
  const after = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new Problem(response.status, await detailOf(response), Number.isFinite(after) ? after : null)
}

async function detailOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json()
    return textOrNull(fieldsOf(body, 'problem'), 'detail') ?? response.statusText
  } catch {
    return response.statusText
  }
}
