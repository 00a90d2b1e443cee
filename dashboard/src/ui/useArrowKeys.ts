import { useRef, useState, type KeyboardEvent, type RefObject } from 'react'

import { LIST_KEYS, stepOf } from './steps.ts'

export interface ArrowKeys {
  readonly list: RefObject<HTMLUListElement | null>
  /** The one of them that takes the Tab key, whatever came and went. */
  readonly tabId: string | undefined
  readonly onFocus: (id: string) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/** A list of buttons that is one stop of the Tab key; arrow keys go through it. */
export function useArrowKeys(ids: readonly string[]): ArrowKeys {
  const [focusedId, setFocusedId] = useState<string | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const tabId = focusedId !== null && ids.includes(focusedId) ? focusedId : ids[0]
  return {
    list,
    tabId,
    onFocus: setFocusedId,
    onKeyDown: (event) => {
      const to = stepOf(event.key, tabId === undefined ? 0 : ids.indexOf(tabId), ids.length, LIST_KEYS)
      if (to === null) return
      event.preventDefault()
      list.current?.querySelectorAll('button')[to]?.focus()
    },
  }
}
