/** Where a key leads to among several things. */

export interface Keys {
  readonly on: readonly string[]
  readonly back: readonly string[]
}

export const LIST_KEYS: Keys = { on: ['ArrowDown'], back: ['ArrowUp'] }

/** Up is more, as the pattern of a slider has it. */
export const SLIDER_KEYS: Keys = { on: ['ArrowRight', 'ArrowUp'], back: ['ArrowLeft', 'ArrowDown'] }

/** Null of a key that leads nowhere. */
export function stepOf(key: string, at: number, length: number, { on, back }: Keys): number | null {
  if (on.includes(key)) return Math.min(length - 1, at + 1)
  if (back.includes(key)) return Math.max(0, at - 1)
  if (key === 'Home') return 0
  return key === 'End' ? length - 1 : null
}
