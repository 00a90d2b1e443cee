import { expect, test } from 'vitest'

import { affineOf, toScreen, toWorld, turnDeg, worldPx, zoomOf, type Point } from './affine.ts'
import { mercatorX, mercatorY } from './mercator.ts'

const CENTRE = { x: mercatorX(11.57), y: mercatorY(48.14) }

/** A map as MapLibre's: so zoomed, so turned, its middle at 720, 450. */
function map(zoom: number, bearingDeg: number): (x: number, y: number) => Point {
  const size = 512 * 2 ** zoom
  const turn = (-bearingDeg * Math.PI) / 180
  return (x, y) => {
    const dx = (x - CENTRE.x) * size
    const dy = (y - CENTRE.y) * size
    return {
      x: 720 + dx * Math.cos(turn) - dy * Math.sin(turn),
      y: 450 + dx * Math.sin(turn) + dy * Math.cos(turn),
    }
  }
}

function affine(zoom: number, bearingDeg: number) {
  return affineOf(map(zoom, bearingDeg), CENTRE.x, CENTRE.y, 0.5 / 2 ** zoom)
}

test.each([
  [12, 0],
  [3, 0],
  [18.7, 37],
  [14.2, -160],
])('at zoom %d and bearing %d it is where the map has it, to a hundredth of a pixel', (zoom, bearingDeg) => {
  const project = map(zoom, bearingDeg)
  const found = affine(zoom, bearingDeg)
  for (const [east, south] of [[0, 0], [0.3, 0.2], [-0.7, 0.4], [0.9, -0.9]] as const) {
    const x = CENTRE.x + east / 2 ** zoom
    const y = CENTRE.y + south / 2 ** zoom
    const wanted = project(x, y)
    const at = toScreen(found, x, y)
    expect(Math.hypot(at.x - wanted.x, at.y - wanted.y)).toBeLessThan(0.01)
    const back = toWorld(found, at)
    expect(Math.hypot(back.x - x, back.y - y) * worldPx(found)).toBeLessThan(0.01)
  }
})

test('zoom and turn can be told from it', () => {
  expect(zoomOf(affine(13.4, 20))).toBeCloseTo(13.4)
  // A map turned clockwise shows north to the left.
  expect(turnDeg(affine(13.4, 20))).toBeCloseTo(-20)
})

test('what lies round the world is shown at its nearest copy', () => {
  const fiji = mercatorX(179.99)
  const found = affineOf((x, y) => ({ x: (x - fiji) * 1e6, y: y * 1e6 }), fiji, 0.5, 1e-3)
  expect(toScreen(found, mercatorX(-179.99), 0.5).x).toBeCloseTo((0.02 / 360) * 1e6)
})
