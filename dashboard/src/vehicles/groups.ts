/** Which vehicles are told in groups at the moment. They are looked at anew once a second: a count that changes at each frame is not read. */

import { worldPx, zoomOf, type Affine } from './affine.ts'
import { clusterZoom, clustersOf, type Cluster, type Spot } from './clusters.ts'
import type { Fleet, Member } from './fleet.ts'

const EVERY_MS = 1_000

export class Groups {
  #clusters: readonly Cluster[] = []
  #grouped: ReadonlySet<string> = new Set()
  #madeMs = -Infinity
  #madeZoom = Number.NaN

  get all(): readonly Cluster[] {
    return this.#clusters
  }

  has(id: string): boolean {
    return this.#grouped.has(id)
  }

  /** Another choice: who is in them has to be asked again. */
  forget(): void {
    this.#madeMs = -Infinity
  }

  /** `mayGroup`: who brings help, and who is looked at, is drawn alone. */
  look(fleet: Fleet, affine: Affine, nowMs: number, mayGroup: (member: Member) => boolean): void {
    const zoom = Math.round(zoomOf(affine) * 4) / 4
    if (zoom === this.#madeZoom && nowMs - this.#madeMs < EVERY_MS) return
    this.#madeMs = nowMs
    this.#madeZoom = zoom
    const isFar = zoomOf(affine) < clusterZoom(fleet.size)
    this.#clusters = isFar ? clustersOf(spots(fleet, nowMs, mayGroup), worldPx(affine)) : []
    this.#grouped = new Set(this.#clusters.flatMap(({ ids }) => ids))
  }
}

function* spots(fleet: Fleet, nowMs: number, mayGroup: (member: Member) => boolean): Generator<Spot> {
  for (const member of fleet.all) {
    if (!mayGroup(member)) continue
    const { x, y } = fleet.shown(member, nowMs, { x: 0, y: 0, headingDeg: null })
    yield { id: member.id, type: member.type, x, y }
  }
}
