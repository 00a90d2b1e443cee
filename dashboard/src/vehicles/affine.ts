/**
 * From the world to the screen. A map that is not tilted is an affine of Mercator, so three points of it tell
 * where every other one is.
 */

export interface Point {
  readonly x: number
  readonly y: number
}

/** Screen = a·dx + c·dy + e, b·dx + d·dy + f, of a place's distance from the origin; CSS px. */
export interface Affine {
  readonly originX: number
  readonly originY: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** `project` is the map's; `step` is in units of the world, small beside it and large beside a pixel. */
export function affineOf(project: (x: number, y: number) => Point, originX: number, originY: number, step: number): Affine {
  const origin = project(originX, originY)
  const east = project(originX + step, originY)
  const south = project(originX, originY + step)
  return {
    originX,
    originY,
    a: (east.x - origin.x) / step,
    b: (east.y - origin.y) / step,
    c: (south.x - origin.x) / step,
    d: (south.y - origin.y) / step,
    e: origin.x,
    f: origin.y,
  }
}

/** A place's pixel. What lies round the world is shown at its nearest copy. */
export function toScreen(affine: Affine, x: number, y: number): Point {
  const dx = nearest(x - affine.originX)
  const dy = y - affine.originY
  return {
    x: affine.a * dx + affine.c * dy + affine.e,
    y: affine.b * dx + affine.d * dy + affine.f,
  }
}

export function toWorld(affine: Affine, { x, y }: Point): Point {
  const { a, b, c, d, e, f, originX, originY } = affine
  const determinant = a * d - b * c
  return {
    x: originX + (d * (x - e) - c * (y - f)) / determinant,
    y: originY + (a * (y - f) - b * (x - e)) / determinant,
  }
}

/** CSS px that the world is wide. */
export function worldPx(affine: Affine): number {
  return Math.hypot(affine.a, affine.b)
}

/** How far the map is turned: what is to be added to a heading on the screen. */
export function turnDeg(affine: Affine): number {
  return (Math.atan2(affine.b, affine.a) * 180) / Math.PI
}

export function zoomOf(affine: Affine): number {
  return Math.log2(worldPx(affine) / 512)
}

function nearest(dx: number): number {
  return dx - Math.round(dx)
}
