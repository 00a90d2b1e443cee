import { expect, test } from 'vitest'

import { isSameShared, readLink, withLink, writeLink, type Shared } from './link.ts'
import { SELECTABLE } from './selection.ts'
import { DEFAULT_LAYERS, START_VIEW, type Layers } from './view.ts'

const CAMERA = { lon: 11.57, lat: 48.14, zoom: 13.25, bearingDeg: -20 }
const NO_LAYERS = Object.fromEntries(Object.keys(DEFAULT_LAYERS).map((layer) => [layer, false])) as Layers
const DEFAULTS: Shared = { selection: null, layers: DEFAULT_LAYERS, hiddenTypes: [], follows: false, trends: null }
const ALL: Shared = {
  selection: { kind: 'vehicle', id: 'ab/c' },
  layers: { ...NO_LAYERS, vehicles: true, incidents: true },
  hiddenTypes: ['car', 'taxi'],
  follows: true,
  trends: { roads: ['r-1', 'r-2'], range: 'week' },
}

test('a link tells all that two people share, and nothing that is so anyway', () => {
  expect(writeLink(CAMERA, ALL)).toBe(
    'map=13.25/48.14000/11.57000/-20&select=vehicle:ab%2Fc&layers=vehicles,incidents&hide=car,taxi&follow=1&trends=r-1,r-2&range=week',
  )
  expect(readLink(`#${writeLink(CAMERA, ALL)}`)).toEqual({ camera: CAMERA, shared: ALL, atMs: null })
  expect(writeLink({ ...CAMERA, bearingDeg: 0 }, DEFAULTS)).toBe('map=13.25/48.14000/11.57000')
})

test('what a link of a whole view does not tell is as by default', () => {
  expect(readLink('#map=13.25/48.14/11.57/-20')).toEqual({ camera: CAMERA, shared: DEFAULTS, atMs: null })
})

test('a link that does not say where changes what it names alone', () => {
  expect(readLink('#select=road:r&follow=0')).toEqual({ camera: null, shared: { selection: { kind: 'road', id: 'r' } } })
  expect(readLink('#layers=')).toEqual({ camera: null, shared: { layers: NO_LAYERS } })
})

test('a link of a place alone, as they were once, is read', () => {
  expect(readLink('#13.25/48.14/11.57/-20')).toEqual({ camera: CAMERA, shared: {} })
})

test.each(['a/b c', 'a:b', 'ä&=#%25,;+?', '車 7', '😀', "x('1').*!", '../..', '%'])('a thing may be called %j', (id) => {
  for (const kind of SELECTABLE) {
    const written = writeLink(CAMERA, { ...DEFAULTS, selection: { kind, id } })
    expect(written).toMatch(/^[\w=/.&:%,~-]+[\w~-]$/)
    expect(readLink(written)?.shared.selection).toEqual({ kind, id })
  }
})

test.each([
  ['trends=', { roads: [], range: 'day' }],
  ['trends=a&range=week', { roads: ['a'], range: 'week' }],
  ['trends=a%2Cb&range=year', { roads: ['a', 'b'], range: 'day' }],
  ['trends=a,,a,b,c', { roads: ['a', 'c'], range: 'day' }],
])('%s is read', (hash, trends) => {
  expect(readLink(hash)?.shared.trends).toEqual(trends)
})

test.each(['a,b', 'ä&=#%25,;+?', '%', '車 7'])('a road whose trends are shown may be called %j', (id) => {
  const trends = { roads: [id, 'r'], range: 'day' } as const
  const written = writeLink(CAMERA, { ...DEFAULTS, trends })
  expect(written).toMatch(/^[\w=/.&:%,~-]+[\w~-]$/)
  expect(readLink(written)?.shared.trends).toEqual(trends)
})

test('an id that no address can hold is left out', () => {
  const selection = { kind: 'vehicle', id: '\ud800' } as const
  expect(writeLink(CAMERA, { ...ALL, selection })).not.toMatch(/select|follow/)
})

test('what another program encoded all over is read the same', () => {
  expect(readLink('#map=13.25%2F48.14%2F11.57%2F-20&select=vehicle%3Aab%2Fc&hide=car%2Ctaxi')).toEqual({
    camera: CAMERA,
    shared: { ...DEFAULTS, selection: ALL.selection, hiddenTypes: ALL.hiddenTypes },
    atMs: null,
  })
})

test('a past minute is told, and one is read with or without a place', () => {
  const atMs = Date.UTC(2026, 10, 28, 8, 15)
  expect(writeLink(CAMERA, DEFAULTS, { atMs, ahead: null })).toBe('map=13.25/48.14000/11.57000/-20&time=2026-11-28T08:15Z')
  expect(readLink(writeLink(CAMERA, DEFAULTS, { atMs, ahead: null }))?.atMs).toBe(atMs)
  expect(readLink('#time=2026-11-28T08%3A15Z')).toEqual({ camera: null, shared: {}, atMs })
  expect(readLink('#select=road:r')?.atMs).toBeUndefined()
})

test('minutes ahead are told instead of a time, and only those that can be looked at', () => {
  const link = writeLink(CAMERA, DEFAULTS, { atMs: 0, ahead: 15 })
  expect(link).toBe('map=13.25/48.14000/11.57000/-20&ahead=15')
  expect(readLink(link)).toEqual({ camera: CAMERA, shared: DEFAULTS, atMs: null, ahead: 15 })
  expect(readLink('#ahead=60')).toEqual({ camera: null, shared: {}, atMs: null, ahead: 60 })
  expect(readLink('#ahead=45')).toBeNull()
})

test.each(['2026-11-28T08:15:30Z', '2026-11-28T08:15', '2026-13-28T08:15Z', '1795853700000', ''])('%j is no minute', (time) => {
  expect(readLink(`#map=13/48/11&time=${time}`)?.atMs).toBeNull()
})

test('words of a later version are passed over', () => {
  const link = '#map=13.25/48.14/11.57/-20&mood=calm&select=unicorn:1&layers=vehicles,unicorns,incidents&hide=car,taxi,sled&bare'
  expect(readLink(link)?.shared).toEqual({ ...ALL, selection: null, follows: false, trends: null })
})

test.each(['', '#', '#incidents', '#map=', '#map=13/99/11', '#map=%', '#select=', '#select=road:', '#select=road', '#&&==&', '#follow=yes', '#time=now'])(
  '%j tells nothing',
  (hash) => {
    expect(readLink(hash)).toBeNull()
  },
)

test('a view shows what the link tells of, with its card', () => {
  const view = withLink({ ...START_VIEW, layers: NO_LAYERS, theme: 'dark' }, { camera: CAMERA, shared: ALL })
  expect(view).toMatchObject({ ...ALL, theme: 'dark', tab: 'selected', sheetOpen: true })
  expect(withLink(view, { camera: CAMERA, shared: DEFAULTS })).toMatchObject({ ...DEFAULTS, tab: 'incidents' })
})

test('nothing but a vehicle is followed', () => {
  const selection = { kind: 'road', id: 'r' } as const
  expect(withLink(START_VIEW, { camera: null, shared: { selection, follows: true } }).follows).toBe(false)
  expect(withLink(START_VIEW, { camera: null, shared: { follows: true } }).follows).toBe(false)
})

test('what nobody shares is no other view', () => {
  expect(isSameShared(START_VIEW, { ...START_VIEW, theme: 'dark' } as Shared)).toBe(true)
  expect(isSameShared(START_VIEW, { ...START_VIEW, follows: true })).toBe(false)
})
