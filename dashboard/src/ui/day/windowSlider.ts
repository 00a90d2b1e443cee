/** Makes a slider of an element that shows windows over time. */

import type { KeyboardEvent, PointerEvent } from 'react'

import { SLIDER_KEYS, stepOf } from '../steps.ts'
import { nearest, timeAt, type DayPoint, type Span } from './shape.ts'

interface Slider {
  /** In order of time, at least one. */
  readonly windows: readonly Pick<DayPoint, 'startMs' | 'endMs'>[]
  readonly span: Span
  /** When the window began that is read; null while none is. */
  readonly readMs: number | null
  readonly onRead: (startMs: number | null) => void
  /** Which one counts as read while none is; absent: the last. */
  readonly restAt?: number
  /** What is read stays read until another window is chosen: a pointer has to press. */
  readonly holds?: boolean
}

/** Which window counts as read. */
export function readAt({ windows, readMs, restAt = windows.length - 1 }: Pick<Slider, 'windows' | 'readMs' | 'restAt'>): number {
  return readMs === null ? restAt : nearest(windows, readMs)
}

/** What the element gets: the window under the pointer is read, or the one that keys lead to. */
export function windowSlider(slider: Slider) {
  const { windows, span, readMs, onRead, holds = false } = slider
  const at = readAt(slider)
  const read = (index: number): void => {
    onRead(windows[index]?.startMs ?? null)
  }
  const onPointer = (event: PointerEvent): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    if (width > 0) read(nearest(windows, timeAt((event.clientX - left) / width, span)))
  }
  return {
    role: 'slider',
    tabIndex: 0,
    'aria-valuemin': 0,
    'aria-valuemax': windows.length - 1,
    'aria-valuenow': at,
    onKeyDown: (event: KeyboardEvent) => {
      const to = stepOf(event.key, at, windows.length, SLIDER_KEYS)
      if (to === null) return
      event.preventDefault()
      read(to)
    },
    onPointerDown: (event: PointerEvent) => {
      if (holds) event.currentTarget.setPointerCapture(event.pointerId)
      onPointer(event)
    },
    onPointerMove: (event: PointerEvent) => {
      // A pointer that rests moves, too, when what lies under it does.
      const hasMoved = event.movementX !== 0 || event.movementY !== 0
      if (hasMoved && (!holds || event.buttons !== 0)) onPointer(event)
    },
    onPointerLeave: ({ currentTarget, pointerType }: PointerEvent) => {
      // Who tapped it, or walks through it by keys, reads on.
      if (!holds && pointerType !== 'touch' && document.activeElement !== currentTarget) onRead(null)
    },
    onFocus: () => {
      if (!holds && readMs === null) read(at)
    },
    onBlur: () => {
      if (!holds) onRead(null)
    },
  } as const
}
