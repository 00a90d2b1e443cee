import { useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { STRINGS } from '../../strings.ts'
import { CloseIcon, SearchIcon } from '../icons.tsx'
import { choose } from './choose.ts'
import { Popup } from './Popup.tsx'
import { useFinder } from './useFinder.ts'
import { useShortcut } from './useShortcut.ts'

const SAY = STRINGS.search

/** A field in the top bar; on a narrow screen a button that opens it across the top. */
export function Search() {
  /** Whether somebody is at it. */
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const cameFrom = useRef<HTMLElement | null>(null)

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
    setIsOpen(false)
    field.current?.blur()
  }
  const leave = (): void => {
    close()
    cameFrom.current?.focus()
  }
  const finder = useFinder({
    isOpen,
    onTake: (selection) => {
      close()
      choose(selection)
      window.requestAnimationFrame(focusCard)
    },
    onLeave: leave,
  })
  const { text, write } = finder

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
            {...finder.field}
            ref={field}
            enterKeyHint="go"
            placeholder={SAY.placeholder}
            aria-label={SAY.label}
            aria-keyshortcuts="/ Control+K Meta+K"
            onFocus={() => {
              setIsOpen(true)
            }}
            onChange={({ target }) => {
              write(target.value)
              setIsOpen(true)
            }}
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
              write('')
            }}
          >
            <CloseIcon />
          </button>
        </div>
        <Popup finder={finder} help={SAY.help} />
      </div>
    </>
  )
}

function focusCard(): void {
  document.getElementById('card')?.focus()
}
