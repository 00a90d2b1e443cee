/** A tile server's map under the city's own. While the server is away, the map is as without one. */

import type { ErrorEvent, Map as GlMap, RequestParameters } from 'maplibre-gl'

import type { Tiles } from '../contract/model.ts'
import type { Complaints } from '../live/complaints.ts'
import { TILES } from './layers/tiles.ts'

/** What failed is asked for again, for a map on a wall that nobody moves. */
const RETRY_MS = 30_000
/** Of most servers. */
const TILE_PX = 256

interface TileAt {
  readonly x: number
  readonly y: number
  readonly z: number
}

type Failure = ErrorEvent & { readonly sourceId?: string; readonly tile?: { readonly tileID: { readonly canonical: TileAt } } }

export class TileGround {
  readonly #map: GlMap
  readonly #complaints: Complaints
  readonly #onChange: () => void
  #isOffered = false
  #comes = false
  #failed: TileAt[] = []
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor(map: GlMap, complaints: Complaints, onChange: () => void) {
    this.#map = map
    this.#complaints = complaints
    this.#onChange = onChange
  }

  /** Whether there is a server at all. */
  get isOffered(): boolean {
    return this.#isOffered
  }

  /** Whether tiles come: one did, and none failed since. */
  get comes(): boolean {
    return this.#comes
  }

  offer({ url, maxZoom }: Tiles): void {
    const map = this.#map
    this.#isOffered = true
    map.setTransformRequest(withOrigin)
    map.on('error', (event) => {
      this.#onError(event)
    })
    map.on('sourcedata', (event) => {
      const { sourceId, tile } = event as { readonly sourceId: string; readonly tile?: unknown }
      if (sourceId === TILES && tile !== undefined) this.#tell(true)
    })
    map.addSource(TILES, { type: 'raster', tiles: [whole(url, window.location.origin)], tileSize: TILE_PX, maxzoom: maxZoom })
  }

  remove(): void {
    clearTimeout(this.#retry)
  }

  #onError(event: Failure): void {
    const { error, sourceId, tile } = event
    if (sourceId !== TILES) {
      // As the map says it while nobody listens.
      console.error(error)
      return
    }
    this.#complaints.add('tiles', error.message)
    this.#tell(false)
    if (tile !== undefined) this.#failed.push(tile.tileID.canonical)
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.#map.refreshTiles(TILES, this.#failed.splice(0))
    }, RETRY_MS)
  }

  #tell(comes: boolean): void {
    if (comes === this.#comes) return
    this.#comes = comes
    this.#onChange()
  }
}

/** The map asks for its files by whole addresses; `new URL` would not leave the braces as they are. */
export function whole(url: string, origin: string): string {
  return url.startsWith('/') ? `${origin}${url}` : url
}

/** Keys of tile servers are often good for pages of one origin alone, which is all that they are told. */
function withOrigin(url: string, kind?: string): RequestParameters {
  return kind === 'Tile' ? { url, referrerPolicy: 'origin' } : { url }
}
