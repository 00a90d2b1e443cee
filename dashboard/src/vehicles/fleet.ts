/** All vehicles on their ways. */

import type { VehicleType } from '../contract/vehicle.ts'
import { isMoving, moved, shownAt, standing, type Motion, type Shown } from './motion.ts'
import type { VehicleFix } from './protocol.ts'

/** How loud a vehicle is drawn; the last is drawn above the others. */
export type Rank = 0 | 1 | 2

export interface Member {
  readonly id: string
  readonly type: VehicleType
  readonly rank: Rank
  stale: boolean
  motion: Motion
}

const RANKS: Readonly<Record<VehicleType, Rank>> = {
  car: 0,
  taxi: 0,
  van: 0,
  truck: 0,
  motorcycle: 0,
  bicycle: 0,
  other: 0,
  bus: 1,
  tram: 1,
  train: 1,
  ferry: 1,
  ambulance: 2,
  police: 2,
  fire: 2,
}

/** A vehicle's place among the others never changes, so those that lie on each other do not flicker. */
export class Fleet {
  readonly #members = new Map<string, Member>()
  readonly ranks: readonly [Map<string, Member>, Map<string, Member>, Map<string, Member>] = [
    new Map(),
    new Map(),
    new Map(),
  ]
  /** Until when something moves. */
  #movesUntilMs = 0
  glides = true

  get(id: string): Member | undefined {
    return this.#members.get(id)
  }

  get size(): number {
    return this.#members.size
  }

  get all(): Iterable<Member> {
    return this.#members.values()
  }

  take(changed: readonly VehicleFix[], removed: readonly string[], nowMs: number): void {
    for (const id of removed) this.#remove(id)
    for (const fix of changed) this.#put(fix, nowMs)
  }

  isMoving(nowMs: number): boolean {
    return nowMs < this.#movesUntilMs
  }

  /** Writes into `into`. */
  shown(member: Member, nowMs: number, into: Shown): Shown {
    return shownAt(member.motion, nowMs, into)
  }

  #put(fix: VehicleFix, nowMs: number): void {
    const known = this.#members.get(fix.id)
    if (known?.type !== fix.type) {
      this.#remove(fix.id)
      const member = { id: fix.id, type: fix.type, rank: RANKS[fix.type], stale: fix.stale, motion: standing(fix, nowMs) }
      this.#members.set(fix.id, member)
      this.ranks[member.rank].set(fix.id, member)
      return
    }
    known.stale = fix.stale
    // Nothing but the verdict on it changed: it stays on its way.
    if (fix.timeMs === known.motion.fixMs && fix.x === known.motion.toX && fix.y === known.motion.toY) return
    known.motion = this.glides ? moved(known.motion, fix, nowMs) : standing(fix, nowMs, known.motion.intervalMs)
    if (isMoving(known.motion, nowMs)) {
      this.#movesUntilMs = Math.max(this.#movesUntilMs, nowMs + known.motion.durationMs)
    }
  }

  #remove(id: string): void {
    this.#members.delete(id)
    for (const rank of this.ranks) rank.delete(id)
  }
}
