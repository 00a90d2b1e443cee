import { expect, test } from 'vitest'

import { DEFAULT_LAYERS, START_VIEW } from '../state/view.ts'
import { ownAfter, readPreferences, themed } from './preferences.ts'

test('what is remembered is taken, what means nothing is not', () => {
  const remembered = { themeChoice: 'dark', levelColours: 'traffic-light', units: 'imperial', pace: 'fast', sound: true }
  expect(readPreferences({ ...remembered, layers: { cameras: true, unicorns: true }, incidentsOpen: false })).toEqual({
    ...remembered,
    layers: { ...DEFAULT_LAYERS, cameras: true },
    incidentsOpen: false,
  })
  expect(readPreferences({ themeChoice: 'mauve', levelColours: 'plaid', units: 'cubits', pace: 9, sound: 'loud', layers: 'all', layersOpen: 1 })).toEqual({ layers: DEFAULT_LAYERS })
})

test('a choice counts for more than the system', () => {
  expect(themed(START_VIEW, true).theme).toBe('dark')
  expect(themed({ ...START_VIEW, themeChoice: 'light' }, true).theme).toBe('light')
})

test('what one switches on a map that a link brought is switched on one\'s own', () => {
  const own = { ...DEFAULT_LAYERS, cameras: true }
  const lent = { ...DEFAULT_LAYERS, incidents: false }
  expect(ownAfter(own, lent, lent)).toBe(own)
  expect(ownAfter(own, lent, { ...lent, sensors: true, labels: false })).toEqual({ ...own, sensors: true, labels: false })
})
