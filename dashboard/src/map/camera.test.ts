import { expect, test } from 'vitest'

import { cameraOf, hashOf } from './camera.ts'

test('an address tells where the map looks, and is told it', () => {
  const camera = { lon: 11.57, lat: 48.14, zoom: 13.25, bearingDeg: -20 }
  expect(hashOf(camera)).toBe('#13.25/48.14000/11.57000/-20.0')
  expect(cameraOf(hashOf(camera))).toEqual(camera)
  expect(cameraOf(hashOf({ ...camera, bearingDeg: 0 }))).toEqual({ ...camera, bearingDeg: 0 })
})

test.each(['', '#', '#incidents', '#13/91/11', '#99/48/11', '#13/48'])('%j tells nothing', (hash) => {
  expect(cameraOf(hash)).toBeNull()
})
