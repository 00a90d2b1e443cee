/** How much of the map lies free between the panels. */

/** As the styles have it: narrower screens have a sheet below instead of panels beside. */
export const NARROW = '(max-width: 767px)'

export interface Padding {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

/** A sheet that is open, as the styles have it, and its tabs alone. */
const SHEET_SHARE = 0.62
const SHEET_MOST_PX = 512
const TABS_PX = 96

export function paddingOf(narrow: boolean, scale: number, heightPx: number, hasSheet: boolean): Padding {
  if (narrow) {
    return { top: 72, right: 24, bottom: hasSheet ? Math.min(SHEET_MOST_PX, heightPx * SHEET_SHARE) : TABS_PX, left: 24 }
  }
  return { top: 88 * scale, right: 330 * scale, bottom: 96 * scale, left: 370 * scale }
}
