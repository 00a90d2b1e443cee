import { useEffect, useId, useRef, useState } from 'react'

import { currentAddress } from '../app/address.ts'
import { STRINGS } from '../strings.ts'
import { ClearIcon, LinkIcon } from './icons.tsx'

const SAY = STRINGS.controls
const TOLD_MS = 2_500

/** Copies the address: who opens it sees the same. */
export function ShareButton() {
  const [isCopied, setIsCopied] = useState(false)
  /** What is to be copied by hand, where the browser lets no page do it. */
  const [refused, setRefused] = useState<string | null>(null)
  const button = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (!isCopied) return
    const timer = window.setTimeout(() => {
      setIsCopied(false)
    }, TOLD_MS)
    return () => {
      window.clearTimeout(timer)
    }
  }, [isCopied])

  const share = async (): Promise<void> => {
    const address = currentAddress()
    const hasCopied = await copied(address)
    setIsCopied(hasCopied)
    setRefused(hasCopied ? null : address)
  }

  return (
    <div className="share">
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={SAY.share}
        title={SAY.share}
        onClick={() => void share()}
      >
        {isCopied ? <ClearIcon /> : <LinkIcon />}
      </button>
      <p className={isCopied ? 'floating share-note' : 'hidden-words'} role="status">
        {isCopied && SAY.shared}
      </p>
      {refused !== null && (
        <ByHand
          address={refused}
          onLeave={(isBack) => {
            setRefused(null)
            if (isBack) button.current?.focus()
          }}
        />
      )}
    </div>
  )
}

interface ByHandProps {
  readonly address: string
  /** With whether it was left by the key that goes back. */
  readonly onLeave: (isBack: boolean) => void
}

function ByHand({ address, onLeave }: ByHandProps) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.select()
  }, [])
  return (
    <div className="floating share-by-hand">
      <label htmlFor={id}>{SAY.shareByHand}</label>
      <input
        ref={field}
        id={id}
        readOnly
        value={address}
        onBlur={() => {
          onLeave(false)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          onLeave(true)
        }}
      />
    </div>
  )
}

/** Browsers refuse pages that came without TLS, and some ask the person first. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
