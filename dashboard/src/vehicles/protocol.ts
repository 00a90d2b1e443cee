/** What page and drawing worker say to each other. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'
import type { Affine, Point } from './affine.ts'
import type { Box } from './mercator.ts'
import type { Choice } from './painter.ts'

export interface VehicleFix {
  readonly id: string
  readonly type: VehicleType
  readonly x: number
  readonly y: number
  readonly headingDeg: number | null
  readonly timeMs: number
  readonly stale: boolean
}

export interface Size {
  readonly widthPx: number
  readonly heightPx: number
  /** Device pixels in one CSS pixel. */
  readonly ratio: number
}

/** Where a vehicle was drawn last: degrees, and CSS px from the map's upper left corner. */
export interface Drawn {
  readonly lon: number
  readonly lat: number
  readonly x: number
  readonly y: number
}

export interface DrawnGroup {
  readonly x: number
  readonly y: number
  readonly counts: Readonly<Partial<Record<VehicleType, number>>>
}

/** What the drawing of vehicles came to so far. */
export interface Painted {
  readonly frames: number
  /** Spent on all of them. */
  readonly ms: number
  /** So many were on their way when it was drawn last. */
  readonly vehicles: number
}

/** What lies under a pointer: a vehicle, several on each other, or a group of them. */
export interface Hit {
  /** The one that lies above first. */
  readonly ids: readonly string[]
  readonly group: { readonly counts: ReadonlyMap<VehicleType, number>; readonly box: Box } | null
}

export const NOTHING_PAINTED: Painted = { frames: 0, ms: 0, vehicles: 0 }

export const NOBODY: Hit = { ids: [], group: null }

export type ToWorker =
  | { readonly type: 'canvas'; readonly canvas: OffscreenCanvas }
  | { readonly type: 'fixes'; readonly changed: readonly VehicleFix[]; readonly removed: readonly string[] }
  | { readonly type: 'view'; readonly affine: Affine; readonly size: Size }
  | { readonly type: 'theme'; readonly palette: Palette; readonly scale: number }
  | ({ readonly type: 'choice'; readonly glides: boolean } & Choice)
  | { readonly type: 'hit'; readonly ask: number; readonly at: Point; readonly withinPx: number }
  | { readonly type: 'drawn'; readonly ask: number }
  | { readonly type: 'painted'; readonly ask: number }

export type FromWorker =
  | { readonly type: 'hit'; readonly ask: number; readonly hit: Hit }
  | { readonly type: 'drawn'; readonly ask: number; readonly vehicles: Readonly<Record<string, Drawn>>; readonly groups: readonly DrawnGroup[] }
  | { readonly type: 'painted'; readonly ask: number; readonly painted: Painted }
