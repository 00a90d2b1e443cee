/** Draws the fleet, and knows where it drew it. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'
import { toScreen, turnDeg, toWorld, zoomOf, type Affine, type Point } from './affine.ts'
import { radiusPx } from './clusters.ts'
import { drawDonut } from './donut.ts'
import type { Fleet, Member, Rank } from './fleet.ts'
import { Groups } from './groups.ts'
import { latOf, lonOf, metresPerUnit } from './mercator.ts'
import type { Shown } from './motion.ts'
import { NOBODY, NOTHING_PAINTED, type Drawn, type DrawnGroup, type Hit, type Painted, type Size } from './protocol.ts'
import { lookOf } from './shapes.ts'
import { halfLengthPx, stepped } from './sizes.ts'
import { Sprites } from './sprites.ts'

const RANKS: readonly Rank[] = [0, 1, 2]
/** What stands for old data as a whole is paler than a live one. */
const PALE_ALPHA = 0.45
/** Nearer to each other than this, not even the deepest zoom shows two. */
const STACK_M = 2

export interface Choice {
  readonly visible: boolean
  readonly selectedId: string | null
  readonly pale: boolean
  readonly hiddenTypes: readonly VehicleType[]
}

export class Painter {
  readonly #fleet: Fleet
  #sprites: Sprites | null = null
  #palette: Palette | null = null
  #scale = 1
  #affine: Affine | null = null
  #size: Size = { widthPx: 0, heightPx: 0, ratio: 1 }
  #choice: Choice = { visible: true, selectedId: null, pale: false, hiddenTypes: [] }
  readonly #groups = new Groups()
  #drawnMs = 0
  #painted = NOTHING_PAINTED
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
    this.#groups.forget()
  }

  get affine(): Affine | null {
    return this.#affine
  }

  get painted(): Painted {
    return this.#painted
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
    this.#groups.look(this.#fleet, affine, nowMs, (member) => this.#mayGroup(member))
    for (const rank of RANKS) {
      // What brings help lies above the groups.
      if (rank === 2) this.#drawGroups(context, affine, this.#palette)
      this.#drawRank(context, affine, rank, this.#sprites, nowMs)
    }
    const { frames, ms } = this.#painted
    this.#painted = { frames: frames + 1, ms: ms + performance.now() - nowMs, vehicles: this.#fleet.size }
  }

  #isHidden({ type }: Member): boolean {
    return this.#choice.hiddenTypes.includes(type)
  }

  #mayGroup(member: Member): boolean {
    return member.rank < 2 && member.id !== this.#choice.selectedId && !this.#isHidden(member)
  }

  #isAlone(member: Member): boolean {
    return !this.#isHidden(member) && !this.#groups.has(member.id)
  }

  #drawGroups(context: OffscreenCanvasRenderingContext2D, affine: Affine, palette: Palette): void {
    const { ratio } = this.#size
    for (const { x, y, counts } of this.#groups.all) {
      const at = toScreen(affine, x, y)
      drawDonut(context, { x: at.x * ratio, y: at.y * ratio }, counts, this.#scale * ratio, palette)
    }
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
      if (!this.#isAlone(member)) continue
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
    if (member === undefined || this.#palette === null || this.#isHidden(member)) return
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

  /** What lies at a pixel as drawn last; of several the one that lies above. */
  hit(at: Point, withinPx: number): Hit {
    const affine = this.#affine
    if (affine === null || !this.#choice.visible) return NOBODY
    return (
      this.#hitVehicle(affine, 2, at, withinPx) ??
      this.#hitGroup(affine, at) ??
      this.#hitVehicle(affine, 1, at, withinPx) ??
      this.#hitVehicle(affine, 0, at, withinPx) ??
      NOBODY
    )
  }

  #hitGroup(affine: Affine, at: Point): Hit | null {
    for (const { x, y, ids, counts, box } of this.#groups.all) {
      const middle = toScreen(affine, x, y)
      if (Math.hypot(middle.x - at.x, middle.y - at.y) > radiusPx(ids.length) * this.#scale) continue
      return { ids, group: { counts, box } }
    }
    return null
  }

  #hitVehicle(affine: Affine, rank: Rank, at: Point, withinPx: number): Hit | null {
    let best: Member | null = null
    let bestPx = withinPx + this.#lengthPx(affine, rank)
    for (const member of this.#fleet.ranks[rank].values()) {
      if (!this.#isAlone(member)) continue
      const shown = this.#fleet.shown(member, this.#drawnMs, this.#shown)
      const { x, y } = toScreen(affine, shown.x, shown.y)
      const distancePx = Math.hypot(x - at.x, y - at.y)
      if (distancePx <= bestPx) {
        best = member
        bestPx = distancePx
      }
    }
    return best === null ? null : { ids: this.#stackOf(best), group: null }
  }

  /** A vehicle and all that lie on it or under it, itself first. */
  #stackOf(member: Member): readonly string[] {
    const { x, y } = { ...this.#fleet.shown(member, this.#drawnMs, this.#shown) }
    const reach = STACK_M / metresPerUnit(y)
    const others: string[] = []
    for (const other of this.#fleet.all) {
      if (other === member || !this.#isAlone(other)) continue
      const shown = this.#fleet.shown(other, this.#drawnMs, this.#shown)
      if (Math.hypot(shown.x - x, shown.y - y) <= reach) others.push(other.id)
    }
    return [member.id, ...others.sort()]
  }

  /** The groups that were drawn last. */
  drawnGroups(): readonly DrawnGroup[] {
    const affine = this.#affine
    if (affine === null) return []
    return this.#groups.all.map(({ x, y, counts }) => ({ ...toScreen(affine, x, y), counts: Object.fromEntries(counts) }))
  }

  /** Where each vehicle was drawn last. */
  drawn(): Record<string, Drawn> {
    const affine = this.#affine
    if (affine === null) return {}
    const all: Record<string, Drawn> = {}
    for (const member of this.#fleet.all) {
      if (this.#isHidden(member)) continue
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
