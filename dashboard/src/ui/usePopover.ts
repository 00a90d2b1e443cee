import { useEffect, useId, useRef, useState, type RefObject } from 'react'

export interface Popover<Root extends HTMLElement> {
  readonly isOpen: boolean
  readonly toggle: () => void
  /** Around both: a press elsewhere closes it. */
  readonly root: RefObject<Root | null>
  readonly button: RefObject<HTMLButtonElement | null>
  /** Of what opens. */
  readonly id: string
}

/** What a button opens beside itself. Escape closes it and leads back to the button. */
export function usePopover<Root extends HTMLElement>(): Popover<Root> {
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<Root>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    if (!isOpen) return
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) === true) return
      setIsOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      setIsOpen(false)
      button.current?.focus()
    }
    window.addEventListener('pointerdown', onPress)
    window.addEventListener('keydown', onKey, { capture: true })
    return () => {
      window.removeEventListener('pointerdown', onPress)
      window.removeEventListener('keydown', onKey, { capture: true })
    }
  }, [isOpen])
  const toggle = (): void => {
    setIsOpen(!isOpen)
  }
  return { isOpen, toggle, root, button, id }
}
