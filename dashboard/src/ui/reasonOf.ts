import type { Failure } from '../api/failure.ts'

interface Words {
  readonly away: string
  readonly unreachable: string
  readonly failed: (detail: string) => string
}

/** A failure, in the words of who tells it. */
export function reasonOf(failure: Failure, say: Words): string {
  switch (failure.why) {
    case 'away':
      return say.away
    case 'unreachable':
      return say.unreachable
    case 'refused':
      return say.failed(failure.detail)
  }
}
