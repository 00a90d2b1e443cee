/** The vehicles above the map, whoever draws them. */

import type { Vehicle } from '../contract/vehicle.ts'
import type { Palette } from '../theme/palette.ts'
import type { Affine, Point } from './affine.ts'
import { mercatorX, mercatorY } from './mercator.ts'
import type { Choice } from './painter.ts'
import { NOBODY, NOTHING_PAINTED, type Drawn, type DrawnGroup, type FromWorker, type Hit, type Painted, type Size, type ToWorker, type VehicleFix } from './protocol.ts'

export interface VehicleLayer {
  /** Vehicles as they are now, and the ids of those that are gone. */
  moved: (changed: readonly Vehicle[], removed: readonly string[]) => void
  setView: (affine: Affine, size: Size) => void
  setTheme: (palette: Palette, scale: number) => void
  /** `glides`: between two reports they are shown on their way. */
  setChoice: (choice: Choice & { readonly glides: boolean }) => void
  /** What lies at a pixel. */
  hit: (at: Point, withinPx: number) => Promise<Hit>
  /** Where each was drawn last. */
  drawn: () => Promise<Readonly<Record<string, Drawn>>>
  /** The groups of vehicles that were drawn last. */
  groups: () => Promise<readonly DrawnGroup[]>
  /** What drawing came to so far. */
  painted: () => Promise<Painted>
  remove: () => void
}

/** Draws in a worker, on a canvas that takes no clicks. */
export function workerLayer(container: HTMLElement): VehicleLayer {
  const canvas = document.createElement('canvas')
  canvas.className = 'vehicle-canvas'
  canvas.setAttribute('aria-hidden', 'true')
  container.append(canvas)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'vehicles' })
  const waiting = new Map<number, (answer: FromWorker) => void>()
  let asks = 0
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    waiting.get(data.ask)?.(data)
    waiting.delete(data.ask)
  }
  const tell = (message: ToWorker, transfer: Transferable[] = []): void => {
    worker.postMessage(message, transfer)
  }
  const answer = (message: (ask: number) => ToWorker): Promise<FromWorker> =>
    new Promise((resolve) => {
      asks += 1
      waiting.set(asks, resolve)
      tell(message(asks))
    })

  const offscreen = canvas.transferControlToOffscreen()
  tell({ type: 'canvas', canvas: offscreen }, [offscreen])
  return {
    moved: (changed, removed) => {
      if (changed.length > 0 || removed.length > 0) tell({ type: 'fixes', changed: changed.map(fixOf), removed })
    },
    setView: (affine, size) => {
      tell({ type: 'view', affine, size })
    },
    setTheme: (palette, scale) => {
      tell({ type: 'theme', palette, scale })
    },
    setChoice: (choice) => {
      tell({ type: 'choice', ...choice })
    },
    hit: async (at, withinPx) => {
      const said = await answer((ask) => ({ type: 'hit', ask, at, withinPx }))
      return said.type === 'hit' ? said.hit : NOBODY
    },
    drawn: async () => {
      const said = await answer((ask) => ({ type: 'drawn', ask }))
      return said.type === 'drawn' ? said.vehicles : {}
    },
    groups: async () => {
      const said = await answer((ask) => ({ type: 'drawn', ask }))
      return said.type === 'drawn' ? said.groups : []
    },
    painted: async () => {
      const said = await answer((ask) => ({ type: 'painted', ask }))
      return said.type === 'painted' ? said.painted : NOTHING_PAINTED
    },
    remove: () => {
      worker.terminate()
      canvas.remove()
    },
  }
}

export function fixOf({ id, type, lon, lat, headingDeg, timeMs, stale }: Vehicle): VehicleFix {
  return { id, type, x: mercatorX(lon), y: mercatorY(lat), headingDeg, timeMs, stale }
}
