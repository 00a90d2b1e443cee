/** Where a key leads to among several things. */

export interface Keys {
  readonly on: readonly string[]
  readonly back: readonly string[]
  /** How far PageUp and PageDown lead; absent: nowhere. */
  readonly page?: number
}

export const LIST_KEYS: Keys = { on: ['ArrowDown'], back: ['ArrowUp'] }

/** Up is more, as the pattern of a slider has it; a page of a day is an hour. */
export const SLIDER_KEYS: Keys = { on: ['ArrowRight', 'ArrowUp'], back: ['ArrowLeft', 'ArrowDown'], page: 12 }

/** Null of a key that leads nowhere. */
export function stepOf(key: string, at: number, length: number, { on, back, page }: Keys): number | null {
  if (on.includes(key)) return Math.min(length - 1, at + 1)
  if (back.includes(key)) return Math.max(0, at - 1)
  if (page !== undefined && key === 'PageUp') return Math.min(length - 1, at + page)
  if (page !== undefined && key === 'PageDown') return Math.max(0, at - page)
  if (key === 'Home') return 0
  return key === 'End' ? length - 1 : null
}
