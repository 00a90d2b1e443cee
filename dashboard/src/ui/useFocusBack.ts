import { useEffect } from 'react'

/** Where the keyboard was before something opened, it is again when that has closed with the focus in it. */
export function useFocusBack(isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return
    const before = document.activeElement
    return () => {
      // What had the focus is gone, and the focus with it.
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus()
    }
  }, [isOpen])
}
