import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Map as GlMap } from 'maplibre-gl'

import { Complaints } from '../live/complaints.ts'
import { TileGround, whole } from './tiles.ts'

const TILES = { url: '/tiles/{z}/{x}/{y}.png', attribution: '© Example', maxZoom: 17 }

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', { location: { origin: 'https://city.example' } })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** As much of the map as tiles have to do with. */
function ground() {
  const heard = new Map<string, (event: object) => void>()
  const map = {
    on: (name: string, listener: (event: object) => void) => heard.set(name, listener),
    addSource: vi.fn(),
    setTransformRequest: vi.fn(),
    refreshTiles: vi.fn(),
  }
  const lines: string[] = []
  const changes: boolean[] = []
  const complaints = new Complaints((line) => lines.push(line))
  const tiles: TileGround = new TileGround(map as unknown as GlMap, complaints, () => changes.push(tiles.comes))
  tiles.offer(TILES)
  const fails = (event: object) => heard.get('error')?.(event)
  return {
    ...{ map, lines, changes, complaints, tiles, fails },
    came: () => heard.get('sourcedata')?.({ sourceId: 'tiles', tile: {} }),
    failed: (x: number) => {
      fails({ sourceId: 'tiles', error: new Error('refused'), tile: { tileID: { canonical: { z: 9, x, y: 3 } } } })
    },
  }
}

test('a path is of the page’s own origin, and keeps its braces', () => {
  expect(whole(TILES.url, 'https://city.example')).toBe('https://city.example/tiles/{z}/{x}/{y}.png')
  expect(whole('https://t.example/{z}/{x}/{y}', 'https://city.example')).toBe('https://t.example/{z}/{x}/{y}')
})

test('the server is told the page’s origin and no more, with tiles alone', () => {
  const [asked] = ground().map.setTransformRequest.mock.calls[0] as [(url: string, kind?: string) => object]
  expect(asked('https://t.example/1/2/3', 'Tile')).toEqual({ url: 'https://t.example/1/2/3', referrerPolicy: 'origin' })
  expect(asked('https://city.example/letters', 'Glyphs')).toEqual({ url: 'https://city.example/letters' })
})

test('a server that is away is complained of once, and is away until a tile comes', () => {
  const { came, failed, lines, changes, complaints } = ground()
  came()
  failed(1)
  failed(2)
  came()
  expect(lines).toEqual(['tiles: refused'])
  expect(complaints.counts.get('tiles')).toBe(2)
  expect(changes).toEqual([true, false, true])
})

test('what failed is asked for again, and nothing else', () => {
  const { failed, map, tiles } = ground()
  failed(1)
  failed(2)
  vi.advanceTimersByTime(60_000)
  expect(map.refreshTiles.mock.calls).toEqual([['tiles', [{ z: 9, x: 1, y: 3 }, { z: 9, x: 2, y: 3 }]]])
  failed(2)
  tiles.remove()
  vi.advanceTimersByTime(60_000)
  expect(map.refreshTiles).toHaveBeenCalledTimes(1)
})

test('what else fails is said as the map says it', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue()
  const { fails, lines } = ground()
  const error = new Error('no letters')
  fails({ error })
  expect(said.mock.calls).toEqual([[error]])
  expect(lines).toEqual([])
})
