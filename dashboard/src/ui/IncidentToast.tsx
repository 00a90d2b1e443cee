import { useEffect, useState } from 'react'

import { leavePast } from '../app/past.ts'
import { NO_NOTICE, dueMs, heard, next, withoutEnded, type Notice } from '../state/arrivals.ts'
import { arrived } from '../state/incidents.ts'
import { city, useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { CloseIcon } from './icons.tsx'
import { choose } from './search/choose.ts'
import { whereIs } from './whereIs.ts'

const SAY = STRINGS.incident
/** Who kept it by the pointer looks away no sooner. */
const AFTER_MS = 1_500

/** Shows what is new for a while; who points at it keeps it. Screen readers hear it from the announcer. */
export function IncidentToast() {
  const [notice, setNotice] = useState<Notice>(NO_NOTICE)
  /** The one that somebody points at or is in. It may end meanwhile, and then nobody is told of a blur. */
  const [held, setHeld] = useState<string | null>(null)
  const isHeld = held !== null && held === notice.shown[0]?.id
  useEffect(
    () =>
      city.subscribe((after, before) => {
        const { emergencies } = after.live
        if (emergencies.things === before.live.emergencies.things) return
        const fresh = arrived(before.live.emergencies, emergencies)
        const nowMs = performance.now()
        setNotice((now) => heard(withoutEnded(now, emergencies.things, nowMs), fresh, nowMs))
      }),
    [],
  )
  useEffect(() => {
    const due = dueMs(notice)
    if (due === null || isHeld) return
    const timer = window.setTimeout(
      () => {
        setNotice((now) => next(now, performance.now()))
      },
      Math.max(AFTER_MS, due - performance.now()),
    )
    return () => {
      window.clearTimeout(timer)
    }
  }, [notice, isHeld])

  const [worst] = notice.shown
  const where = useCity((state) => (worst === undefined ? null : whereIs(state, worst)))
  if (worst === undefined) return null
  const close = (): void => {
    setHeld(null)
    setNotice((now) => next(now, performance.now()))
  }
  const isOne = notice.shown.length === 1
  const title = isOne ? SAY.newOne(worst) : SAY.arrivedMany(notice.shown.length)
  return (
    // It does nothing by itself: who is at its buttons keeps it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      key={worst.id}
      className="floating toast"
      aria-label={title}
      data-severity={worst.severity}
      data-testid="toast"
      onPointerEnter={() => {
        setHeld(worst.id)
      }}
      onPointerLeave={() => {
        setHeld(null)
      }}
      onFocus={() => {
        setHeld(worst.id)
      }}
      onBlur={() => {
        setHeld(null)
      }}
    >
      <span className="severity" data-severity={worst.severity} aria-hidden="true">
        {worst.severity}
      </span>
      <div className="toast-words">
        <strong>{title}</strong>
        <span>{isOne ? (where ?? SAY.noPlace) : SAY.worstOf(SAY.kinds[worst.kind], where)}</span>
      </div>
      <button
        type="button"
        className="button is-small"
        onClick={() => {
          // It is of now, whatever time is looked at.
          leavePast()
          choose({ kind: 'incident', id: worst.id })
          close()
        }}
      >
        {SAY.show}
      </button>
      <button type="button" className="icon-button is-small" aria-label={SAY.dismiss} title={SAY.dismiss} onClick={close}>
        <CloseIcon />
      </button>
    </section>
  )
}
