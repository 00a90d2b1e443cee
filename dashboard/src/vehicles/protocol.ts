/** What page and drawing worker say to each other. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'
import type { Affine, Point } from './affine.ts'

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

export type ToWorker =
  | { readonly type: 'canvas'; readonly canvas: OffscreenCanvas }
  | { readonly type: 'fixes'; readonly changed: readonly VehicleFix[]; readonly removed: readonly string[] }
  | { readonly type: 'view'; readonly affine: Affine; readonly size: Size }
  | { readonly type: 'theme'; readonly palette: Palette; readonly scale: number }
  | { readonly type: 'choice'; readonly visible: boolean; readonly selectedId: string | null; readonly glides: boolean; readonly pale: boolean }
  | { readonly type: 'hit'; readonly ask: number; readonly at: Point; readonly withinPx: number }
  | { readonly type: 'drawn'; readonly ask: number }

export type FromWorker =
  | { readonly type: 'hit'; readonly ask: number; readonly id: string | null }
  | { readonly type: 'drawn'; readonly ask: number; readonly vehicles: Readonly<Record<string, Drawn>> }
