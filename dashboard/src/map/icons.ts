/** Signs of what stands on the map, drawn for the screen that shows them. */

import type { Palette } from '../theme/palette.ts'
import type { PlaceKind } from './sources.ts'

const SIDE_PX = 26

export function iconOf(kind: PlaceKind): string {
  return `icon-${kind}`
}

export function drawIcon(kind: PlaceKind, palette: Palette, ratio: number): ImageData {
  const side = Math.round(SIDE_PX * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')
  if (context === null) return new ImageData(side, side)
  context.scale(side / SIDE_PX, side / SIDE_PX)
  context.translate(SIDE_PX / 2, SIDE_PX / 2)
  context.lineCap = context.lineJoin = 'round'
  DRAW[kind](context, palette)
  return context.getImageData(0, 0, side, side)
}

type Draw = (context: CanvasRenderingContext2D, palette: Palette) => void

const DRAW: Readonly<Record<PlaceKind, Draw>> = {
  hospital: (context, { hospital, hospitalGlyph, labelHalo }) => {
    plate(context, hospital, hospitalGlyph, labelHalo)
    context.fillStyle = hospitalGlyph
    context.fillRect(-1.7, -5.2, 3.4, 10.4)
    context.fillRect(-5.2, -1.7, 10.4, 3.4)
  },
  camera: (context, { place, placeGlyph, labelHalo }) => {
    disc(context, place, labelHalo)
    context.fillStyle = placeGlyph
    context.beginPath()
    context.roundRect(-5.2, -3.2, 7.2, 6.4, 1.4)
    context.moveTo(2.8, -0.9)
    context.lineTo(5.6, -2.8)
    context.lineTo(5.6, 2.8)
    context.lineTo(2.8, 0.9)
    context.closePath()
    context.fill()
  },
  station: (context, { place, placeGlyph, labelHalo }) => {
    disc(context, place, labelHalo)
    context.strokeStyle = placeGlyph
    context.fillStyle = placeGlyph
    context.lineWidth = 1.7
    context.beginPath()
    context.moveTo(0, -5)
    context.lineTo(0, 1)
    context.stroke()
    context.beginPath()
    context.arc(0, 3, 2.6, 0, 2 * Math.PI)
    context.fill()
  },
  sensor: (context, { place, labelHalo }) => {
    context.beginPath()
    context.arc(0, 0, 4, 0, 2 * Math.PI)
    context.fillStyle = labelHalo
    context.fill()
    context.lineWidth = 2
    context.strokeStyle = place
    context.stroke()
  },
}

function disc(context: CanvasRenderingContext2D, fill: string, halo: string): void {
  context.beginPath()
  context.arc(0, 0, 10, 0, 2 * Math.PI)
  context.lineWidth = 2.5
  context.strokeStyle = halo
  context.stroke()
  context.fillStyle = fill
  context.fill()
}

function plate(context: CanvasRenderingContext2D, fill: string, edge: string, halo: string): void {
  context.beginPath()
  context.roundRect(-10, -10, 20, 20, 6)
  context.lineWidth = 4
  context.strokeStyle = halo
  context.stroke()
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 1.5
  context.strokeStyle = edge
  context.stroke()
}
