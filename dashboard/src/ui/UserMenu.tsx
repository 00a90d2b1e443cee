import { useState } from 'react'

import { Problem, Unreachable } from '../api/problem.ts'
import { leave } from '../app/session.ts'
import { personOf } from '../state/session.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { ExitIcon, UserIcon } from './icons.tsx'
import { usePopover } from './usePopover.ts'

export function UserMenu() {
  const person = useCity(({ session }) => personOf(session))
  const [hasFailed, setHasFailed] = useState(false)
  const { root, button, content } = usePopover()

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
  const menu = STRINGS.user.menu(person.name)
  return (
    <div className="with-popover" ref={root}>
      <button {...button} type="button" className="icon-button" aria-label={menu} title={menu} data-testid="user-menu">
        <UserIcon />
      </button>
      <div {...content} className="floating popover">
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
