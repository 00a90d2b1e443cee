import { useId, useMemo, useState, type InputHTMLAttributes, type KeyboardEvent } from 'react'

import { TOPICS } from '../../contract/topics.ts'
import { wordsOf } from '../../state/fold.ts'
import { FINDABLE, search, type FindableKind } from '../../state/search.ts'
import type { Selection } from '../../state/selection.ts'
import { city, useCity, type CityState } from '../../state/store.ts'
import { optionId } from './Results.tsx'
import { rowGroups, type RowGroup } from './rows.ts'

interface Wanted {
  /** Whether somebody is at it. */
  readonly isOpen: boolean
  readonly kinds?: readonly FindableKind[]
  readonly onTake: (selection: Selection) => void
  readonly onLeave: () => void
}

export interface Finder {
  readonly text: string
  readonly write: (text: string) => void
  /** Whether there is something to look for. */
  readonly hasWords: boolean
  readonly groups: readonly RowGroup[]
  /** How many there are, shown or not. */
  readonly count: number
  readonly listId: string
  readonly activeAt: number
  readonly point: (at: number) => void
  readonly take: (selection: Selection) => void
  /** What the field needs to be the combobox of the list. */
  readonly field: InputHTMLAttributes<HTMLInputElement>
}

/** A field in which people write, and what is found by it; keys go through the list while the field keeps the focus. */
export function useFinder({ isOpen, kinds = FINDABLE, onTake, onLeave }: Wanted): Finder {
  const [text, setText] = useState('')
  const [activeAt, setActiveAt] = useState(0)
  const listId = useId()
  const known = useCity(howMuchIsKnown)

  // The list stays as it is while it is read, whatever drives on: another one comes with another key.
  const { count, groups } = useMemo(() => (isOpen && known > 0 ? lookFor(text, kinds) : NONE), [isOpen, text, known, kinds])
  const selections = groups.flatMap(({ rows }) => rows.map(({ selection }) => selection))
  const hasWords = isOpen && text.trim() !== ''
  const hasList = hasWords && count > 0

  const write = (next: string): void => {
    setText(next)
    setActiveAt(0)
  }
  const take = (selection: Selection | undefined): void => {
    if (selection === undefined) return
    write('')
    onTake(selection)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setActiveAt(Math.max(0, Math.min(selections.length - 1, activeAt + step)))
    else if (event.key === 'Enter') take(selections[activeAt])
    else if (event.key === 'Escape') {
      write('')
      onLeave()
    } else return
    event.preventDefault()
  }
  return {
    text,
    write,
    hasWords,
    groups,
    count,
    listId,
    activeAt,
    point: setActiveAt,
    take,
    field: {
      type: 'text',
      role: 'combobox',
      inputMode: 'search',
      autoComplete: 'off',
      autoCapitalize: 'none',
      spellCheck: false,
      'aria-autocomplete': 'list',
      'aria-expanded': hasList,
      'aria-controls': listId,
      'aria-activedescendant': hasList ? optionId(listId, activeAt) : undefined,
      value: text,
      onKeyDown,
    },
  }
}

/** Another list is worth making when more has come. */
function howMuchIsKnown({ model, shown }: CityState): number {
  return Number(model !== null) + TOPICS.filter((topic) => shown[topic].freshness !== null).length
}

const NONE: Listed = { count: 0, groups: [] }

interface Listed {
  readonly count: number
  readonly groups: readonly RowGroup[]
}

function lookFor(text: string, kinds: readonly FindableKind[]): Listed {
  const state = city.getState()
  const found = search(state, text, kinds)
  return { count: found.count, groups: rowGroups(state, found, wordsOf(text)) }
}
