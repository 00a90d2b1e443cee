import { useId, type ReactNode } from 'react'

import { STRINGS } from '../strings.ts'
import { ChevronIcon } from './icons.tsx'

interface Props {
  readonly title: string
  readonly testId: string
  /** Beside the title: a count. */
  readonly note?: ReactNode
  readonly isOpen: boolean
  readonly onFold: (isOpen: boolean) => void
  readonly children: ReactNode
}

/** Floats over the map and folds away to its title. */
export function Panel({ title, testId, note, isOpen, onFold, children }: Props) {
  const id = useId()
  return (
    <section className="floating panel" aria-labelledby={`${id}-title`} data-testid={testId} data-open={isOpen}>
      <header className="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note}
        <button
          type="button"
          className="icon-button is-small"
          aria-expanded={isOpen}
          aria-controls={`${id}-body`}
          aria-label={isOpen ? STRINGS.panel.fold(title) : STRINGS.panel.unfold(title)}
          onClick={() => {
            onFold(!isOpen)
          }}
        >
          <ChevronIcon />
        </button>
      </header>
      <div id={`${id}-body`} className="panel-body" hidden={!isOpen}>
        {children}
      </div>
    </section>
  )
}
