/** Vehicles drawn once for each look, size and direction: a frame only copies them. */

import type { Palette } from '../theme/palette.ts'
import { DOT_PX, GLYPH_PX } from './sizes.ts'
import { drawBody, drawGlyph, type Look } from './shapes.ts'

/** Directions a sprite is made for: a step is 7.5 degrees. */
const DIRECTIONS = 48
const MOST = 4_000
const STALE_ALPHA = 0.38

export interface Sprite {
  readonly image: OffscreenCanvas
  /** Half of its side, device px. */
  readonly half: number
}

export class Sprites {
  readonly #made = new Map<string, Sprite>()
  readonly #paint: Palette['vehicles']
  readonly #ratio: number

  constructor(palette: Palette, ratio: number) {
    this.#paint = palette.vehicles
    this.#ratio = ratio
  }

  /** `turnDeg` is the heading on the screen; null of one that is not known. */
  of(look: Look, lengthPx: number, turnDeg: number | null, stale: boolean): Sprite {
    const dot = lengthPx < DOT_PX && (look === 'car' || look === 'taxi' || look === 'service')
    const direction = turnDeg === null || dot ? -1 : modulo(Math.round((turnDeg / 360) * DIRECTIONS), DIRECTIONS)
    const key = `${look} ${lengthPx} ${direction} ${stale ? 1 : 0}`
    const known = this.#made.get(key)
    if (known !== undefined) return known
    if (this.#made.size >= MOST) this.#made.clear()
    const made = this.#make(look, lengthPx, direction, stale, dot)
    this.#made.set(key, made)
    return made
  }

  #make(look: Look, lengthPx: number, direction: number, stale: boolean, dot: boolean): Sprite {
    const unit = lengthPx * this.#ratio
    const half = Math.ceil(unit * 1.3)
    const image = new OffscreenCanvas(2 * half, 2 * half)
    const context = image.getContext('2d')
    if (context === null) return { image, half }
    context.globalAlpha = stale ? STALE_ALPHA : 1
    context.translate(half, half)
    context.scale(unit, unit)
    context.save()
    if (direction >= 0) context.rotate((direction / DIRECTIONS) * 2 * Math.PI)
    drawBody(context, look, direction >= 0, dot, this.#paint)
    context.restore()
    if (lengthPx >= GLYPH_PX) drawGlyph(context, look, this.#paint)
    return { image, half }
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
