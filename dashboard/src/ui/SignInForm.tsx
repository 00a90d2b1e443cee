import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react'

import { Problem, Unreachable } from '../api/problem.ts'
import { enter } from '../app/session.ts'
import { duration } from '../format.ts'
import { STRINGS } from '../strings.ts'
import { EyeIcon } from './icons.tsx'
import { useNow } from './useNow.ts'

const SAY = STRINGS.signIn

type Failure = { readonly text: string } | { readonly lockedUntilMs: number }

/** Name and password; says what went wrong, and for how long to wait. */
export function SignInForm({ startName = '' }: { readonly startName?: string }) {
  const [name, setName] = useState(startName)
  const [password, setPassword] = useState('')
  const [isShown, setIsShown] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const nameField = useRef<HTMLInputElement>(null)
  const passwordField = useRef<HTMLInputElement>(null)
  const id = useId()

  useEffect(() => {
    const field = startName === '' ? nameField : passwordField
    field.current?.focus()
  }, [startName])

  const submit = async (): Promise<void> => {
    if (name === '' || password === '') {
      setFailure({ text: SAY.missing })
      return
    }
    setIsBusy(true)
    setFailure(null)
    try {
      await enter(name, password)
    } catch (error) {
      setFailure(failureOf(error))
      setIsBusy(false)
      passwordField.current?.select()
    }
  }

  return (
    <form
      className="sign-in-form"
      noValidate
      onSubmit={(event: SyntheticEvent) => {
        event.preventDefault()
        if (!isBusy) void submit()
      }}
    >
      <label className="field" htmlFor={`${id}-name`}>
        <span>{SAY.name}</span>
        <input
          id={`${id}-name`}
          ref={nameField}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={name}
          onChange={({ target }) => {
            setName(target.value)
          }}
        />
      </label>
      <div className="field">
        <label htmlFor={`${id}-password`}>{SAY.password}</label>
        <span className="field-with-button">
          <input
            id={`${id}-password`}
            ref={passwordField}
            name="password"
            type={isShown ? 'text' : 'password'}
            autoComplete="current-password"
            aria-describedby={`${id}-failure`}
            value={password}
            onChange={({ target }) => {
              setPassword(target.value)
            }}
          />
          <button
            type="button"
            className="icon-button"
            aria-pressed={isShown}
            aria-label={isShown ? SAY.hidePassword : SAY.showPassword}
            onClick={() => {
              setIsShown(!isShown)
            }}
          >
            <EyeIcon />
          </button>
        </span>
      </div>
      <p className="sign-in-failure" id={`${id}-failure`} role="alert" data-testid="sign-in-error">
        {failure !== null && <FailureText failure={failure} />}
      </p>
      <button type="submit" className="button is-main" disabled={isBusy}>
        {isBusy ? SAY.submitting : SAY.submit}
      </button>
    </form>
  )
}

function FailureText({ failure }: { readonly failure: Failure }) {
  return 'text' in failure ? failure.text : <Locked untilMs={failure.lockedUntilMs} />
}

function Locked({ untilMs }: { readonly untilMs: number }) {
  return SAY.locked(duration(Math.max(0, Math.ceil((untilMs - useNow()) / 1_000))))
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Unreachable) return { text: SAY.unreachable }
  if (!(error instanceof Problem)) throw error
  if (error.status === 401) return { text: SAY.wrong }
  if (error.status === 429 && error.retryAfterS !== null) {
    return { lockedUntilMs: Date.now() + error.retryAfterS * 1_000 }
  }
  return { text: SAY.failed(error.message) }
}
