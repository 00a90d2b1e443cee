import { useState } from 'react'

import type { FindableKind } from '../../state/search.ts'
import { STRINGS } from '../../strings.ts'
import { SearchIcon } from '../icons.tsx'
import { Popup } from '../search/Popup.tsx'
import { useFinder } from '../search/useFinder.ts'

const ROADS: readonly FindableKind[] = ['road']

interface Props {
  readonly label: string
  readonly onTake: (id: string) => void
}

/** A field that finds roads. It stays at hand for another one. */
export function RoadChooser({ label, onTake }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  const finder = useFinder({
    isOpen,
    kinds: ROADS,
    onTake: ({ id }) => {
      onTake(id)
    },
    onLeave: () => {
      setIsOpen(false)
    },
  })
  return (
    // Who leaves the field, by whatever key, leaves all of it.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="search trend-chooser"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setIsOpen(false)
      }}
    >
      <div className="search-field">
        <SearchIcon />
        <input
          {...finder.field}
          enterKeyHint="done"
          placeholder={label}
          aria-label={label}
          onFocus={() => {
            setIsOpen(true)
          }}
          onChange={({ target }) => {
            finder.write(target.value)
            setIsOpen(true)
          }}
          onKeyDown={(event) => {
            // With nothing in it, the key closes what is around it.
            if (event.key !== 'Escape' || finder.text !== '') finder.field.onKeyDown?.(event)
          }}
        />
      </div>
      <Popup finder={finder} help={STRINGS.trends.help} />
    </div>
  )
}
