/** Draws the vehicles beside the page: neither waits for the other. */

import { Fleet } from './fleet.ts'
import { loadLetters } from './letters.ts'
import { frameMs } from './pace.ts'
import { Painter } from './painter.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage: (message: FromWorker) => void
  requestAnimationFrame: (draw: (nowMs: number) => void) => number
  readonly fonts: FontFaceSet
}

const scope = self as unknown as Scope
const fleet = new Fleet()
const painter = new Painter(fleet)
let canvas: OffscreenCanvas | null = null
let asked = false
let dirty = false
let drawnMs = 0

function frame(): void {
  asked = false
  const nowMs = performance.now()
  const affine = painter.affine
  const due = dirty || (affine !== null && nowMs - drawnMs >= frameMs(affine) - 4)
  if (canvas !== null && due) {
    dirty = false
    drawnMs = nowMs
    painter.draw(canvas, nowMs)
  }
  if (fleet.isMoving(nowMs)) ask()
}

function ask(): void {
  if (asked) return
  asked = true
  scope.requestAnimationFrame(frame)
}

function show(): void {
  dirty = true
  ask()
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'canvas':
      canvas = data.canvas
      break
    case 'fixes':
      fleet.take(data.changed, data.removed, performance.now())
      break
    case 'view':
      painter.setView(data.affine, data.size)
      break
    case 'theme':
      painter.setTheme(data.palette, data.scale)
      break
    case 'choice':
      fleet.glides = data.glides
      painter.setChoice(data)
      break
    case 'hit':
      scope.postMessage({ type: 'hit', ask: data.ask, hit: painter.hit(data.at, data.withinPx) })
      return
    case 'drawn':
      scope.postMessage({ type: 'drawn', ask: data.ask, vehicles: painter.drawn(), groups: painter.drawnGroups() })
      return
    case 'painted':
      scope.postMessage({ type: 'painted', ask: data.ask, painted: painter.painted })
      return
  }
  show()
}

loadLetters(scope.fonts, show)
