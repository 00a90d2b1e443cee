/** How large things are drawn: on a wall everything is larger, as the styles' root size has it. */

const DESK_PX = 16

export function scaleOf(rootSize: string): number {
  const px = Number.parseFloat(rootSize)
  return Number.isFinite(px) && px > 0 ? px / DESK_PX : 1
}

export function currentScale(): number {
  return scaleOf(getComputedStyle(document.documentElement).fontSize)
}
