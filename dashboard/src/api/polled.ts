/** What is asked again and again, and sent only when it is another. */

import { Malformed } from '../contract/fields.ts'
import { Problem, Unreachable } from './problem.ts'
import { request } from './request.ts'

export interface Polled<T> {
  readonly path: string
  readonly everyMs: number
  readonly read: (value: unknown) => T
  readonly take: (value: T) => void
  /** It failed; the last good value stays. */
  readonly onError: (error: Problem | Unreachable | Malformed) => void
}

/** Asks at once, then as often as said while somebody looks. Returns what ends it. */
export function poll<T>({ path, everyMs, read, take, onError }: Polled<T>): () => void {
  let etag: string | null = null
  let asking = false
  let askedMs = -Infinity

  const ask = async (): Promise<void> => {
    if (asking || document.visibilityState === 'hidden') return
    asking = true
    askedMs = performance.now()
    try {
      const answer = await request(path, { etag })
      if (answer !== null) {
        etag = answer.etag
        take(read(answer.body))
      }
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Unreachable || error instanceof Malformed)) throw error
      onError(error)
    } finally {
      asking = false
    }
  }
  const askIfDue = (): void => {
    if (performance.now() - askedMs >= everyMs) void ask()
  }

  const timer = window.setInterval(() => void ask(), everyMs)
  document.addEventListener('visibilitychange', askIfDue)
  void ask()
  return () => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', askIfDue)
  }
}
