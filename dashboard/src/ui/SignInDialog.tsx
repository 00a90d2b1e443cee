import { useLayoutEffect, useRef } from 'react'

import { STRINGS } from '../strings.ts'
import { SignInForm } from './SignInForm.tsx'

/** Above the map, which stays as it was. */
export function SignInDialog({ name }: { readonly name: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Before the form takes the focus: a dialog that opens takes it back to its first field.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element?.open === false) element.showModal()
    return () => {
      element?.close()
    }
  }, [])

  return (
    <dialog
      ref={dialog}
      className="sign-in-card sign-in-dialog"
      aria-labelledby="sign-in-again"
      data-testid="sign-in-dialog"
      onCancel={(event) => {
        // There is nothing to go back to without a session.
        event.preventDefault()
      }}
    >
      <h2 id="sign-in-again">{STRINGS.signIn.again}</h2>
      <p className="quiet">{STRINGS.signIn.againLead}</p>
      <SignInForm startName={name} />
    </dialog>
  )
}
