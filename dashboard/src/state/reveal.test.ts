import { expect, test } from 'vitest'

import { revealed } from './reveal.ts'
import { SELECTABLE } from './selection.ts'
import { DEFAULT_LAYERS, START_VIEW } from './view.ts'

test('the layer of what was found is switched on, and no other', () => {
  expect(revealed(START_VIEW, 'camera', null).layers).toEqual({ ...DEFAULT_LAYERS, cameras: true })
  for (const kind of ['road', 'hospital'] as const) expect(revealed(START_VIEW, kind, null).layers).toBe(START_VIEW.layers)
})

test('a vehicle of a type that is hidden shows the type', () => {
  const view = { ...START_VIEW, hiddenTypes: ['car', 'taxi'] as const }
  expect(revealed(view, 'vehicle', 'taxi').hiddenTypes).toEqual(['car'])
  for (const kind of SELECTABLE) expect(revealed(view, kind, null).hiddenTypes).toBe(view.hiddenTypes)
})
