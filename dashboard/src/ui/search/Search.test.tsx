import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readIncident } from '../../contract/incident.ts'
import type { AnyChange } from '../../contract/message.ts'
import { CAR, incident } from '../../contract/samples.ts'
import { readVehicle } from '../../contract/vehicle.ts'
import { setMapHandle, type MapHandle } from '../../map/handle.ts'
import { START, city, setView, withNews } from '../../state/store.ts'
import { Search } from './Search.tsx'

const CITY = { name: null, bounds: null, timeZone: 'UTC', tiles: null }
const ROAD = { lengthM: null, freeFlowKmh: null, lanes: null, roadClass: null, area: 'Centre' }
const ELM = { id: 'road-1', name: 'Elm Street', line: [[11, 48], [12, 49]], ...ROAD } as const
const map = {
  goTo: vi.fn<MapHandle['goTo']>(),
  goAround: vi.fn<MapHandle['goAround']>(),
  look: vi.fn<MapHandle['look']>(),
  zoomBy: vi.fn<MapHandle['zoomBy']>(),
  showAll: vi.fn<MapHandle['showAll']>(),
}

beforeEach(() => {
  const fresh = { whole: true, removed: [], freshness: { asOfMs: 1, source: 'speed' } } as const
  const changes: AnyChange[] = [
    { topic: 'vehicles', changed: [readVehicle(CAR)], ...fresh },
    { topic: 'emergencies', changed: [readIncident(incident('i-1', 5))], ...fresh },
  ]
  const model = { city: CITY, roads: new Map([[ELM.id, ELM]]), hospitals: new Map(), sensors: new Map() }
  city.setState({ ...START, model, ...withNews(START, changes) }, true)
  setMapHandle(map)
  render(<Search />)
})

afterEach(() => {
  cleanup()
  vi.clearAllMocks()
  setMapHandle(null)
})

function field(): HTMLInputElement {
  return screen.getByRole('combobox', { name: 'Search the city' })
}

function type(text: string): void {
  act(() => {
    field().focus()
  })
  fireEvent.change(field(), { target: { value: text } })
}

function active(): string | null {
  const id = field().getAttribute('aria-activedescendant')
  return id === null ? null : (document.getElementById(id)?.textContent ?? null)
}

test('what was found is listed kind by kind, with the letters that were typed', () => {
  type('elm')
  expect(screen.getAllByRole('group').map((group) => group.firstChild?.textContent)).toEqual(['Incidents', 'Roads'])
  expect(screen.getAllByRole('option').map((option) => option.innerHTML)).toEqual([
    expect.stringContaining('<mark>Elm</mark> Street'),
    expect.stringContaining('<mark>Elm</mark> Street'),
  ])
  expect(screen.getByRole('status').textContent).toBe('2 results')
  expect(field().getAttribute('aria-expanded')).toBe('true')
})

test('arrow keys go through all kinds, and no further', () => {
  type('elm')
  expect(active()).toContain('Fire')
  fireEvent.keyDown(field(), { key: 'ArrowDown' })
  expect(active()).toContain('Elm StreetCentre')
  fireEvent.keyDown(field(), { key: 'ArrowDown' })
  expect(active()).toContain('Elm StreetCentre')
  fireEvent.keyDown(field(), { key: 'ArrowUp' })
  expect(active()).toContain('Fire')
})

test('Enter opens what is chosen, and the map shows all of a road', () => {
  type('elm street')
  fireEvent.keyDown(field(), { key: 'Enter' })
  expect(city.getState().view).toMatchObject({ selection: { kind: 'road', id: 'road-1' }, tab: 'selected' })
  expect(map.goAround).toHaveBeenCalledExactlyOnceWith([11, 48, 12, 49])
  expect(field().value).toBe('')
  expect(screen.queryByRole('option')).toBeNull()
})

test('a vehicle that is not shown is shown once it is found', () => {
  setView((view) => ({ ...view, layers: { ...view.layers, vehicles: false }, hiddenTypes: ['car', 'bus'] }))
  type('car-1')
  fireEvent.click(screen.getByRole('option'))
  expect(city.getState().view).toMatchObject({ layers: { vehicles: true }, hiddenTypes: ['bus'], selection: { id: 'car-1' } })
  expect(map.goTo).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ lon: 11.5, lat: 48.1 }))
})

test('who finds nothing is told what there is to find', () => {
  type('unicorn')
  expect(screen.queryByRole('listbox')).toBeNull()
  expect(screen.getByRole('status').textContent).toBe('Nothing found for “unicorn”')
  expect(screen.getByText(/found by name, id or kind/)).toBeDefined()
})

test('a stroke leads to the field, and Escape back to where one was', () => {
  const before = document.body.appendChild(document.createElement('button'))
  before.focus()
  fireEvent.keyDown(before, { key: '/' })
  expect(document.activeElement).toBe(field())
  type('elm')
  fireEvent.keyDown(field(), { key: 'Escape' })
  expect(document.activeElement).toBe(before)
  expect(field().value).toBe('')
  fireEvent.keyDown(before, { key: 'k', metaKey: true })
  expect(document.activeElement).toBe(field())
  before.remove()
})

test('a stroke that somebody writes is written', () => {
  const other = document.body.appendChild(document.createElement('textarea'))
  other.focus()
  fireEvent.keyDown(other, { key: '/' })
  expect(document.activeElement).toBe(other)
  other.remove()
})
