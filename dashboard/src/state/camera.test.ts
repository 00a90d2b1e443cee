import { expect, test } from 'vitest'

import { readCamera, writeCamera } from './camera.ts'

test('a place is written and read', () => {
  const camera = { lon: 11.57, lat: 48.14, zoom: 13.25, bearingDeg: -20 }
  expect(writeCamera(camera)).toBe('13.25/48.14000/11.57000/-20')
  expect(readCamera(writeCamera(camera))).toEqual(camera)
  expect(readCamera(writeCamera({ ...camera, bearingDeg: 0.04 }))).toEqual({ ...camera, bearingDeg: 0 })
  expect(readCamera('13/48/11')).toEqual({ lon: 11, lat: 48, zoom: 13, bearingDeg: 0 })
})

test.each(['', 'incidents', '13/91/11', '99/48/11', '13/48', '13/48/x', '1e1/48/11'])('%j tells nothing', (text) => {
  expect(readCamera(text)).toBeNull()
})
