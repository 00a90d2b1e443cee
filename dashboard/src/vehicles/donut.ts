/** A group of vehicles: how many, and around it a ring of what they are. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'
import { radiusPx } from './clusters.ts'
import type { Point } from './affine.ts'
import { lookOf, paintOf, type Look } from './shapes.ts'

const RING_PX = 2.5
/** Roads and their colours show through. */
const PLATE_ALPHA = 0.86
/** Cars are most of the ring, and the least of it to be seen. */
const CAR_ALPHA = 0.5
const SHORT = new Intl.NumberFormat('en', { notation: 'compact' })
/** Clockwise from above. */
const ORDER: readonly Look[] = ['car', 'taxi', 'service', 'ambulance', 'police', 'fire']

/** `scale` is device px a CSS px, larger on a wall. */
export function drawDonut(
  context: OffscreenCanvasRenderingContext2D,
  at: Point,
  counts: ReadonlyMap<VehicleType, number>,
  scale: number,
  palette: Palette,
): void {
  const byLook = new Map<Look, number>()
  let all = 0
  for (const [type, count] of counts) {
    byLook.set(lookOf(type), (byLook.get(lookOf(type)) ?? 0) + count)
    all += count
  }
  const radius = radiusPx(all) * scale
  context.beginPath()
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI)
  const { globalAlpha } = context
  context.globalAlpha = globalAlpha * PLATE_ALPHA
  context.fillStyle = palette.labelHalo
  context.fill()
  context.lineWidth = RING_PX * scale
  let from = -Math.PI / 2
  for (const look of ORDER) {
    const to = from + (2 * Math.PI * (byLook.get(look) ?? 0)) / all
    if (to === from) continue
    context.beginPath()
    context.arc(at.x, at.y, radius - (RING_PX * scale) / 2, from, to)
    context.globalAlpha = look === 'car' ? globalAlpha * CAR_ALPHA : globalAlpha
    context.strokeStyle = paintOf(look, palette.vehicles)
    context.stroke()
    from = to
  }
  context.globalAlpha = globalAlpha
  context.fillStyle = palette.label
  context.font = `600 ${11 * scale}px "Inter Variable", system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(SHORT.format(all), at.x, at.y + 0.5 * scale)
}
