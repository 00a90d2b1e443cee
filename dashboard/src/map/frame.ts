/** How much of the map lies free between the panels. */

/** As the styles have it: narrower screens have a sheet below instead of panels beside. */
export const NARROW = '(max-width: 767px)'

export interface Padding {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

export function paddingOf(narrow: boolean, scale: number, heightPx: number): Padding {
  if (narrow) return { top: 72, right: 24, bottom: Math.min(220, heightPx * 0.3), left: 24 }
  return { top: 88 * scale, right: 330 * scale, bottom: 96 * scale, left: 370 * scale }
}
