import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'

import { setMapHandle, type MapHandle } from '../map/handle.ts'
import { START, city, setView } from '../state/store.ts'
import { DEFAULT_LAYERS, selected } from '../state/view.ts'
import { currentAddress, keepAddress } from './address.ts'
import { lookAhead, lookBack } from './past.ts'
import { keepPreferences } from './preferences.ts'

const CAMERA = { lon: 11, lat: 48, zoom: 13, bearingDeg: 0 }
const look = vi.fn<MapHandle['look']>()

beforeAll(() => {
  window.localStorage.setItem('city-view', JSON.stringify({ layers: { cameras: true } }))
  window.history.replaceState(null, '', '#map=13.00/48.00000/11.00000&select=road:r&layers=vehicles')
  keepPreferences()
  keepAddress()
})

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
  setMapHandle(null)
})

function kept(): unknown {
  return (JSON.parse(window.localStorage.getItem('city-view') ?? '{}') as { layers?: unknown }).layers
}

function pasted(hash: string): void {
  window.history.replaceState(null, '', hash)
  window.dispatchEvent(new HashChangeEvent('hashchange', { newURL: window.location.href }))
}

test('a link is opened before the map is there, and is not what this person chose', () => {
  expect(city.getState()).toMatchObject({ camera: CAMERA, view: { selection: { kind: 'road', id: 'r' } } })
  expect(city.getState().view.layers).toMatchObject({ vehicles: true, incidents: false, cameras: false })
  setView((view) => ({ ...view, incidentsOpen: false }))
  expect(kept()).toEqual({ ...DEFAULT_LAYERS, cameras: true })
  setView((view) => ({ ...view, layers: { ...view.layers, sensors: true } }))
  expect(kept()).toEqual({ ...DEFAULT_LAYERS, cameras: true, sensors: true })
})

test('the address goes along with what is chosen and where the map is, and not at each step', () => {
  const replace = vi.spyOn(window.history, 'replaceState')
  for (const zoom of [14, 15, 16]) city.setState({ camera: { ...CAMERA, zoom } })
  setView((view) => selected(view, { kind: 'incident', id: 'i' }))
  expect(currentAddress()).toContain('#map=16.00/48.00000/11.00000&select=incident:i&layers=vehicles,sensors')
  expect(replace).not.toHaveBeenCalled()
  vi.advanceTimersByTime(300)
  expect(replace).toHaveBeenCalledOnce()
  expect(window.location.href).toBe(currentAddress())
  setView((view) => ({ ...view, theme: 'dark' }))
  vi.advanceTimersByTime(300)
  expect(replace).toHaveBeenCalledOnce()
})

test('another link in the same window is obeyed, and garbage is not', () => {
  const ignored = (): void => undefined
  setMapHandle({ look, goTo: ignored, goAround: ignored, showAll: ignored, zoomBy: ignored })
  pasted('#map=12.00/47.00000/10.00000&hide=taxi')
  expect(look).toHaveBeenCalledExactlyOnceWith({ lon: 10, lat: 47, zoom: 12, bearingDeg: 0 })
  expect(city.getState().view).toMatchObject({ selection: null, layers: DEFAULT_LAYERS, hiddenTypes: ['taxi'] })
  const before = city.getState()
  pasted('#incidents')
  expect(city.getState()).toBe(before)
  expect(look).toHaveBeenCalledOnce()
})

test('the address has the past minute that is looked at, and is obeyed in it', () => {
  vi.setSystemTime(Date.UTC(2026, 10, 28, 9))
  pasted('#map=12.00/47.00000/10.00000&time=2026-11-28T08:15Z')
  expect(city.getState().past?.atMs).toBe(Date.UTC(2026, 10, 28, 8, 15))
  lookBack(Date.UTC(2026, 10, 28, 8, 20))
  vi.advanceTimersByTime(300)
  expect(window.location.hash).toBe('#map=12.00/47.00000/10.00000&time=2026-11-28T08:20Z')
  pasted('#select=road:r')
  expect(city.getState().past?.atMs).toBe(Date.UTC(2026, 10, 28, 8, 20))
  pasted('#map=12.00/47.00000/10.00000&time=2026-11-27T08:15Z')
  expect(city.getState().past).toBeNull()
})

test('the address has the minutes ahead that are looked at, and is obeyed in them', () => {
  vi.setSystemTime(Date.UTC(2026, 10, 28, 9))
  pasted('#map=12.00/47.00000/10.00000&ahead=15')
  expect(city.getState().past).toMatchObject({ ahead: 15, atMs: Date.UTC(2026, 10, 28, 9, 15) })
  lookAhead(60)
  vi.advanceTimersByTime(300)
  expect(window.location.hash).toBe('#map=12.00/47.00000/10.00000&ahead=60')
  pasted('#map=12.00/47.00000/10.00000')
  expect(city.getState().past).toBeNull()
})

test('without a place of its own the address is left as it is', () => {
  pasted('#map=12.00/47.00000/10.00000')
  city.setState(START, true)
  vi.advanceTimersByTime(300)
  expect(window.location.hash).toBe('#map=12.00/47.00000/10.00000')
})
