/** One request to the gateway, as every part of the page makes it. */

import { Problem, Unreachable, problemOf } from './problem.ts'

/** Longer than any answer takes: what has not come by then will not. */
const PATIENCE_MS = 20_000

export interface Answer {
  readonly body: unknown
  readonly etag: string | null
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly json?: unknown
  /** Of the answer that is held: null comes back while it would be the same. */
  readonly etag?: string | null
  /** Ends it before there is an answer: nobody waits for it any more. */
  readonly signal?: AbortSignal
}

type OnDate = (serverMs: number, nowMs: number) => void
let onDate: OnDate = () => undefined

/** Who wants to know what time the gateway has. */
export function hearDates(listener: OnDate): void {
  onDate = listener
}

/**
 * Null of an answer that is as it was.
 *
 * @throws Problem: the gateway refused. Unreachable: nobody answered.
 */
export async function request(path: string, asked: Asked = {}): Promise<Answer | null> {
  const response = await answered(path, asked)
  const date = Date.parse(response.headers.get('Date') ?? '')
  if (!Number.isNaN(date)) onDate(date, Date.now())
  if (response.status === 304) return null
  // What stands between page and gateway says so when there is no gateway behind it.
  if (response.status === 502 || response.status === 504) throw new Unreachable(response.statusText)
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return { body: null, etag: null }
  return { body: await bodyOf(response), etag: response.headers.get('ETag') }
}

async function answered(path: string, { method = 'GET', json, etag, signal }: Asked): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json', 'City-Client': 'dashboard' })
  if (json !== undefined) headers.set('Content-Type', 'application/json')
  if (etag != null) headers.set('If-None-Match', etag)
  const patience = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: etag == null ? 'default' : 'no-store',
      signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  } catch (error) {
    throw unreachable(error)
  }
}

function unreachable(error: unknown): Unreachable {
  return new Unreachable(error instanceof Error ? error.message : String(error))
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(response.status, `the answer is no JSON: ${error.message}`, null)
    // It was cut off on its way.
    throw unreachable(error)
  }
}
