import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'

import { TOPICS } from '../../contract/topics.ts'
import { whole } from '../../format.ts'
import { wordsOf } from '../../state/fold.ts'
import { search } from '../../state/search.ts'
import type { Selection } from '../../state/selection.ts'
import { city, useCity, type CityState } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { CloseIcon, SearchIcon } from '../icons.tsx'
import { choose } from './choose.ts'
import { Results, optionId } from './Results.tsx'
import { rowGroups, type RowGroup } from './rows.ts'
import { useShortcut } from './useShortcut.ts'

const SAY = STRINGS.search

/** A field in the top bar; on a narrow screen a button that opens it across the top. */
export function Search() {
  const [text, setText] = useState('')
  const [activeAt, setActiveAt] = useState(0)
  /** Whether somebody is at it. */
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const cameFrom = useRef<HTMLElement | null>(null)
  const listId = useId()
  const known = useCity(howMuchIsKnown)

  // The list stays as it is while it is read, whatever drives on: another one comes with another key.
  const { count, groups } = useMemo(() => (isOpen && known > 0 ? lookFor(text) : NONE), [isOpen, text, known])
  const selections = groups.flatMap(({ rows }) => rows.map(({ selection }) => selection))
  const hasWords = isOpen && text.trim() !== ''

  const open = useCallback(() => {
    const before = document.activeElement
    if (before instanceof HTMLElement && before !== field.current) cameFrom.current = before
    // A phone brings its keyboard for a field that takes the focus at once.
    flushSync(() => {
      setIsOpen(true)
    })
    field.current?.focus()
    field.current?.select()
  }, [])
  useShortcut(open)

  const close = (): void => {
    setText('')
    setActiveAt(0)
    setIsOpen(false)
    field.current?.blur()
  }
  const leave = (): void => {
    close()
    cameFrom.current?.focus()
  }
  const take = (selection: Selection | undefined): void => {
    if (selection === undefined) return
    close()
    choose(selection)
    window.requestAnimationFrame(focusCard)
  }

  useEffect(() => {
    if (!isOpen) return
    // The map keeps the focus where it is: a press on it is no blur.
    const onPress = ({ target }: PointerEvent): void => {
      if (target instanceof Node && root.current?.contains(target) === true) return
      setIsOpen(false)
      field.current?.blur()
    }
    window.addEventListener('pointerdown', onPress)
    return () => {
      window.removeEventListener('pointerdown', onPress)
    }
  }, [isOpen])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setActiveAt(Math.max(0, Math.min(selections.length - 1, activeAt + step)))
    else if (event.key === 'Enter') take(selections[activeAt])
    else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
  }

  const hasList = hasWords && count > 0
  return (
    <>
      <button type="button" className="floating icon-button search-opener" aria-label={SAY.label} aria-expanded={isOpen} onClick={open}>
        <SearchIcon />
      </button>
      {/* Who leaves the field, by whatever key, leaves all of it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={root}
        role="search"
        className="search"
        data-open={isOpen}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setIsOpen(false)
        }}
      >
        <div className="floating search-field">
          <SearchIcon />
          <input
            ref={field}
            type="text"
            role="combobox"
            inputMode="search"
            enterKeyHint="go"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={SAY.placeholder}
            aria-label={SAY.label}
            aria-autocomplete="list"
            aria-keyshortcuts="/ Control+K Meta+K"
            aria-expanded={hasList}
            aria-controls={listId}
            aria-activedescendant={hasList ? optionId(listId, activeAt) : undefined}
            value={text}
            onFocus={() => {
              setIsOpen(true)
            }}
            onChange={({ target }) => {
              setText(target.value)
              setActiveAt(0)
              setIsOpen(true)
            }}
            onKeyDown={onKeyDown}
          />
          <kbd className="search-key" aria-hidden="true" hidden={text !== ''}>
            /
          </kbd>
          <button
            type="button"
            className="icon-button is-small"
            aria-label={text === '' ? SAY.close : SAY.clear}
            data-empty={text === ''}
            onMouseDown={(event) => {
              event.preventDefault()
            }}
            onClick={() => {
              if (text === '') leave()
              else setText('')
              setActiveAt(0)
            }}
          >
            <CloseIcon />
          </button>
        </div>
        {hasWords && (
          <div
            className="floating search-popup"
            role="presentation"
            onMouseDown={(event) => {
              // The field keeps the focus.
              event.preventDefault()
            }}
          >
            {hasList ? (
              <>
                <Results id={listId} groups={groups} activeAt={activeAt} onPoint={setActiveAt} onChoose={take} />
                {count > selections.length && <p className="search-more quiet">{SAY.shown(whole(selections.length), whole(count))}</p>}
              </>
            ) : (
              <div className="search-nothing">
                <p>{SAY.nothing(text.trim())}</p>
                <p className="quiet">{SAY.help}</p>
              </div>
            )}
          </div>
        )}
        <p className="hidden-words" role="status">
          {hasWords && (count === 0 ? SAY.nothing(text.trim()) : SAY.found(whole(count)))}
        </p>
      </div>
    </>
  )
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

function lookFor(text: string): Listed {
  const state = city.getState()
  const found = search(state, text)
  return { count: found.count, groups: rowGroups(state, found, wordsOf(text)) }
}

function focusCard(): void {
  document.getElementById('card')?.focus()
}
