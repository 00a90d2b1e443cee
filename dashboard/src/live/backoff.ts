/** How long to wait before the next attempt: longer each time, and never all clients at once. */

export const FIRST_MS = 1_000
export const LONGEST_MS = 30_000

/** `attempt` counts from 0; `random` is 0 to 1. Between half of the step and all of it. */
export function waitMs(attempt: number, random: number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return Math.round(step / 2 + (step / 2) * random)
}
