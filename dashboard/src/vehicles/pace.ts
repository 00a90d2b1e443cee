/** How often a frame is worth drawing: from far away nothing moves by a pixel in one of them. */

import { metresPerUnit } from './mercator.ts'
import { worldPx, type Affine } from './affine.ts'

/** Of a fast car. */
const SPEED_M_PER_S = 20
const SMALLEST_MOVE_PX = 0.3
const LONGEST_MS = 100

/** Milliseconds between two frames. */
export function frameMs(affine: Affine): number {
  const pxPerM = worldPx(affine) / metresPerUnit(affine.originY)
  return Math.min(LONGEST_MS, (SMALLEST_MOVE_PX / (SPEED_M_PER_S * pxPerM)) * 1_000)
}
