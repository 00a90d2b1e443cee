import { expect, test } from 'vitest'

import { DEFAULT_LAYERS, START_VIEW } from '../state/view.ts'
import { readPreferences, themed } from './preferences.ts'

test('what is remembered is taken, what means nothing is not', () => {
  const remembered = { themeChoice: 'dark', levelColours: 'traffic-light' }
  expect(readPreferences({ ...remembered, layers: { cameras: true, unicorns: true }, incidentsOpen: false })).toEqual({
    themeChoice: 'dark',
    levelColours: 'traffic-light',
    layers: { ...DEFAULT_LAYERS, cameras: true },
    incidentsOpen: false,
  })
  expect(readPreferences({ themeChoice: 'mauve', levelColours: 'plaid', layers: 'all', layersOpen: 1 })).toEqual({ layers: DEFAULT_LAYERS })
})

test('a choice counts for more than the system', () => {
  expect(themed(START_VIEW, true).theme).toBe('dark')
  expect(themed({ ...START_VIEW, themeChoice: 'light' }, true).theme).toBe('light')
})
