/** Draws the fleet, and knows where it drew it. */

import type { Palette } from '../theme/palette.ts'
import { toScreen, turnDeg, toWorld, zoomOf, type Affine, type Point } from './affine.ts'
import type { Fleet, Rank } from './fleet.ts'
import { latOf, lonOf } from './mercator.ts'
import type { Shown } from './motion.ts'
import type { Drawn, Size } from './protocol.ts'
import { lookOf } from './shapes.ts'
import { halfLengthPx, stepped } from './sizes.ts'
import { Sprites } from './sprites.ts'

const RANKS: readonly Rank[] = [0, 1, 2]
/** What stands for old data as a whole is paler than a live one. */
const PALE_ALPHA = 0.45

export interface Choice {
  readonly visible: boolean
  readonly selectedId: string | null
  readonly pale: boolean
}

export class Painter {
  readonly #fleet: Fleet
  #sprites: Sprites | null = null
  #palette: Palette | null = null
  #scale = 1
  #affine: Affine | null = null
  #size: Size = { widthPx: 0, heightPx: 0, ratio: 1 }
  #choice: Choice = { visible: true, selectedId: null, pale: false }
  #drawnMs = 0
  readonly #shown: Shown = { x: 0, y: 0, headingDeg: null }

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  setTheme(palette: Palette, scale: number): void {
    this.#palette = palette
    this.#scale = scale
    this.#sprites = null
  }

  setView(affine: Affine, size: Size): void {
    if (size.ratio !== this.#size.ratio) this.#sprites = null
    this.#affine = affine
    this.#size = size
  }

  setChoice(choice: Choice): void {
    this.#choice = choice
  }

  get affine(): Affine | null {
    return this.#affine
  }

  draw(canvas: OffscreenCanvas, nowMs: number): void {
    const context = canvas.getContext('2d')
    const affine = this.#affine
    if (context === null || affine === null || this.#palette === null) return
    const { widthPx, heightPx, ratio } = this.#size
    const width = Math.round(widthPx * ratio)
    const height = Math.round(heightPx * ratio)
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    context.globalAlpha = 1
    context.clearRect(0, 0, width, height)
    this.#drawnMs = nowMs
    if (!this.#choice.visible) return
    this.#sprites ??= new Sprites(this.#palette, ratio)
    this.#drawRing(context, affine, nowMs)
    context.globalAlpha = this.#choice.pale ? PALE_ALPHA : 1
    for (const rank of RANKS) this.#drawRank(context, affine, rank, this.#sprites, nowMs)
  }

  #drawRank(
    context: OffscreenCanvasRenderingContext2D,
    affine: Affine,
    rank: Rank,
    sprites: Sprites,
    nowMs: number,
  ): void {
    const { widthPx, heightPx, ratio } = this.#size
    const turn = turnDeg(affine)
    const lengthPx = this.#lengthPx(affine, rank)
    for (const member of this.#fleet.ranks[rank].values()) {
      const shown = this.#fleet.shown(member, nowMs, this.#shown)
      const { x, y } = toScreen(affine, shown.x, shown.y)
      if (x < -lengthPx || y < -lengthPx || x > widthPx + lengthPx || y > heightPx + lengthPx) continue
      const heading = shown.headingDeg === null ? null : shown.headingDeg + turn
      const { image, half } = sprites.of(lookOf(member.type), lengthPx, heading, member.stale)
      context.drawImage(image, x * ratio - half, y * ratio - half)
    }
  }

  #drawRing(context: OffscreenCanvasRenderingContext2D, affine: Affine, nowMs: number): void {
    const { selectedId } = this.#choice
    const member = selectedId === null ? undefined : this.#fleet.get(selectedId)
    if (member === undefined || this.#palette === null) return
    const { ratio } = this.#size
    const shown = this.#fleet.shown(member, nowMs, this.#shown)
    const { x, y } = toScreen(affine, shown.x, shown.y)
    const radiusPx = (this.#lengthPx(affine, member.rank) + 7 * this.#scale) * ratio
    context.beginPath()
    context.arc(x * ratio, y * ratio, radiusPx, 0, 2 * Math.PI)
    context.globalAlpha = 0.2
    context.fillStyle = this.#palette.accent
    context.fill()
    context.globalAlpha = 1
    context.lineWidth = 2 * this.#scale * ratio
    context.strokeStyle = this.#palette.accent
    context.stroke()
  }

  /** The vehicle nearest to a pixel as drawn last; of several the one that lies above. */
  hit(at: Point, withinPx: number): string | null {
    const affine = this.#affine
    if (affine === null || !this.#choice.visible) return null
    for (const rank of [...RANKS].reverse()) {
      let best: string | null = null
      let bestPx = withinPx + this.#lengthPx(affine, rank)
      for (const member of this.#fleet.ranks[rank].values()) {
        const shown = this.#fleet.shown(member, this.#drawnMs, this.#shown)
        const { x, y } = toScreen(affine, shown.x, shown.y)
        const distancePx = Math.hypot(x - at.x, y - at.y)
        if (distancePx <= bestPx) {
          best = member.id
          bestPx = distancePx
        }
      }
      if (best !== null) return best
    }
    return null
  }

  /** Where each vehicle was drawn last. */
  drawn(): Record<string, Drawn> {
    const affine = this.#affine
    if (affine === null) return {}
    const all: Record<string, Drawn> = {}
    for (const member of this.#fleet.all) {
      const shown = this.#fleet.shown(member, this.#drawnMs, this.#shown)
      const at = toScreen(affine, shown.x, shown.y)
      const world = toWorld(affine, at)
      all[member.id] = { lon: lonOf(world.x), lat: latOf(world.y), x: at.x, y: at.y }
    }
    return all
  }

  #lengthPx(affine: Affine, rank: Rank): number {
    return stepped(halfLengthPx(zoomOf(affine), rank) * this.#scale)
  }
}
