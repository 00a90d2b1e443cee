import { useEffect, useId, useRef, useState, type RefObject } from 'react'

export interface Popover {
  readonly isOpen: boolean
  /** Around the button and what it opens. */
  readonly root: RefObject<HTMLDivElement | null>
  /** Of the button. */
  readonly button: {
    readonly ref: RefObject<HTMLButtonElement | null>
    readonly onClick: () => void
    readonly 'aria-expanded': boolean
    readonly 'aria-controls': string
  }
  /** Of what it opens, which follows the button. */
  readonly content: { readonly id: string; readonly hidden: boolean }
}

/** What a button opens beside it, until somebody presses Escape or goes elsewhere. */
export function usePopover(): Popover {
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()

  useEffect(() => {
    if (!isOpen) return
    const onElsewhere = ({ target }: Event): void => {
      if (target instanceof Node && root.current?.contains(target) === false) setIsOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      setIsOpen(false)
      button.current?.focus()
    }
    window.addEventListener('pointerdown', onElsewhere)
    window.addEventListener('focusin', onElsewhere)
    window.addEventListener('keydown', onKey, { capture: true })
    return () => {
      window.removeEventListener('pointerdown', onElsewhere)
      window.removeEventListener('focusin', onElsewhere)
      window.removeEventListener('keydown', onKey, { capture: true })
    }
  }, [isOpen])

  return {
    isOpen,
    root,
    button: {
      ref: button,
      onClick: () => {
        setIsOpen(!isOpen)
      },
      'aria-expanded': isOpen,
      'aria-controls': id,
    },
    content: { id, hidden: !isOpen },
  }
}
