import { expect, test } from 'vitest'

import { LAYERS, possibleLayers } from './view.ts'

test('there is a switch for tiles where there are tiles', () => {
  expect(possibleLayers(true)).toEqual(LAYERS)
  expect(possibleLayers(false)).toEqual(LAYERS.filter((layer) => layer !== 'tiles'))
})
