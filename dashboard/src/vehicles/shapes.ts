/** The shapes of vehicles, nose up, around 0, 0, within -1 to 1. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'

type Paint = Palette['vehicles']
type Context = OffscreenCanvasRenderingContext2D

export type Look = 'car' | 'taxi' | 'service' | 'ambulance' | 'police' | 'fire'

const LOOKS: Readonly<Partial<Record<VehicleType, Look>>> = {
  taxi: 'taxi',
  bus: 'service',
  tram: 'service',
  train: 'service',
  ferry: 'service',
  ambulance: 'ambulance',
  police: 'police',
  fire: 'fire',
}

export function lookOf(type: VehicleType): Look {
  return LOOKS[type] ?? 'car'
}

export function paintOf(look: Look, paint: Paint): string {
  return look === 'car' ? paint.quiet : paint[look]
}

/** Draws what turns with the vehicle; `headed`: its heading is known. */
export function drawBody(context: Context, look: Look, headed: boolean, dot: boolean, paint: Paint): void {
  context.lineJoin = 'round'
  context.strokeStyle = paint.halo
  context.fillStyle = paintOf(look, paint)
  context.beginPath()
  switch (look) {
    case 'car':
    case 'taxi':
      if (headed && !dot) arrowPath(context)
      else context.arc(0, 0, dot ? 0.85 : 0.55, 0, 2 * Math.PI)
      break
    case 'service':
      if (headed && !dot) busPath(context)
      else context.arc(0, 0, dot ? 0.85 : 0.6, 0, 2 * Math.PI)
      break
    default:
      if (headed) pinPath(context)
      else context.arc(0, 0, 0.78, 0, 2 * Math.PI)
  }
  // A halo of its own would make a row of dots a band.
  context.lineWidth = 0.26
  if (!dot) context.stroke()
  context.fill()
}

/** Draws what stays upright. */
export function drawGlyph(context: Context, look: Look, paint: Paint): void {
  context.fillStyle = paint.glyph
  context.beginPath()
  if (look === 'ambulance') crossPath(context)
  else if (look === 'police') starPath(context)
  else if (look === 'fire') flamePath(context)
  context.fill()
}

function arrowPath(context: Context): void {
  context.moveTo(0, -1)
  context.lineTo(0.72, 0.85)
  context.lineTo(0, 0.5)
  context.lineTo(-0.72, 0.85)
  context.closePath()
}

function busPath(context: Context): void {
  context.moveTo(0, -1)
  context.lineTo(0.5, -0.5)
  context.lineTo(0.5, 0.78)
  context.quadraticCurveTo(0.5, 0.95, 0.33, 0.95)
  context.lineTo(-0.33, 0.95)
  context.quadraticCurveTo(-0.5, 0.95, -0.5, 0.78)
  context.lineTo(-0.5, -0.5)
  context.closePath()
}

/** A disc with a nose. */
function pinPath(context: Context): void {
  context.arc(0, 0, 0.72, -Math.PI / 2 + 0.62, -Math.PI / 2 - 0.62)
  context.lineTo(0, -1.08)
  context.closePath()
}

function crossPath(context: Context): void {
  context.rect(-0.13, -0.42, 0.26, 0.84)
  context.rect(-0.42, -0.13, 0.84, 0.26)
}

function starPath(context: Context): void {
  for (let corner = 0; corner < 10; corner += 1) {
    const radius = corner % 2 === 0 ? 0.46 : 0.2
    const angle = -Math.PI / 2 + (corner * Math.PI) / 5
    context.lineTo(radius * Math.cos(angle), radius * Math.sin(angle))
  }
  context.closePath()
}

function flamePath(context: Context): void {
  context.moveTo(0.04, -0.5)
  context.bezierCurveTo(0.1, -0.22, 0.36, -0.12, 0.36, 0.14)
  context.bezierCurveTo(0.36, 0.36, 0.2, 0.48, 0, 0.48)
  context.bezierCurveTo(-0.2, 0.48, -0.36, 0.36, -0.36, 0.14)
  context.bezierCurveTo(-0.36, -0.02, -0.26, -0.1, -0.2, -0.22)
  context.bezierCurveTo(-0.12, -0.1, -0.06, -0.1, -0.04, -0.16)
  context.bezierCurveTo(0, -0.26, -0.02, -0.38, 0.04, -0.5)
  context.closePath()
}
