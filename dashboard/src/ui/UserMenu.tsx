import { useState } from 'react'

import { Problem, Unreachable } from '../api/problem.ts'
import { leave } from '../app/session.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { ExitIcon, UserIcon } from './icons.tsx'
import { usePopover } from './usePopover.ts'

export function UserMenu() {
  const person = useCity(({ session }) => (session.status === 'in' ? session.person : null))
  const { isOpen, toggle, root, button, id } = usePopover<HTMLDivElement>()
  const [hasFailed, setHasFailed] = useState(false)

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
        onClick={toggle}
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
