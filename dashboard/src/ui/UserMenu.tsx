import { useEffect, useId, useRef, useState } from 'react'

import { Problem, Unreachable } from '../api/problem.ts'
import { leave } from '../app/session.ts'
import { personOf } from '../state/session.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { ExitIcon, UserIcon } from './icons.tsx'

export function UserMenu() {
  const person = useCity(({ session }) => personOf(session))
  const [isOpen, setIsOpen] = useState(false)
  const [hasFailed, setHasFailed] = useState(false)
  const root = useRef<HTMLDivElement>(null)
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

  const signOut = async (): Promise<void> => {
    setHasFailed(false)
    try {
      await leave()
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error
      setHasFailed(true)
    }
  }

  if (person === null) return null
  return (
    <div className="user-menu" ref={root}>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={STRINGS.user.menu(person.name)}
        aria-expanded={isOpen}
        aria-controls={id}
        data-testid="user-menu"
        onClick={() => {
          setIsOpen(!isOpen)
        }}
      >
        <UserIcon />
      </button>
      <div id={id} className="floating popover" hidden={!isOpen}>
        <p className="popover-title">{person.name}</p>
        <p className="quiet">{STRINGS.user.role(person.role)}</p>
        <button type="button" className="button" data-testid="sign-out" onClick={() => void signOut()}>
          <ExitIcon />
          {STRINGS.user.signOut}
        </button>
        {hasFailed && (
          <p className="popover-failure" role="alert">
            {STRINGS.user.signOutFailed}
          </p>
        )}
      </div>
    </div>
  )
}
