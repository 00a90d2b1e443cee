import { useEffect } from 'react'

/** `/`, where nobody is writing, and Ctrl or Cmd with K anywhere; a dialog keeps its keys. */
export function useShortcut(onKeys: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isShortcut(event) || document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      onKeys()
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [onKeys])
}

function isShortcut({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if (altKey) return false
  if (ctrlKey || metaKey) return key.toLowerCase() === 'k'
  return key === '/' && !isWrittenIn(target)
}

const SWITCHES = new Set(['checkbox', 'radio', 'button', 'submit', 'range'])

function isWrittenIn(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !SWITCHES.has(target.type)
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select'))
}
