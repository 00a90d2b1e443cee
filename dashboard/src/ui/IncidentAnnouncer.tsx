import { useEffect, useState } from 'react'

import type { Incident } from '../contract/incident.ts'
import { arrived } from '../state/incidents.ts'
import { city, type CityState } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { whereIs } from './whereIs.ts'

/** Reads out what is new, once nothing else is being read. */
export function IncidentAnnouncer() {
  const [text, setText] = useState('')
  useEffect(
    () =>
      city.subscribe((after, before) => {
        const fresh = arrived(before.live.emergencies, after.live.emergencies)
        if (fresh.length > 0) setText(announced(after, fresh))
      }),
    [],
  )
  return (
    <p className="hidden-words" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </p>
  )
}

function announced(state: CityState, fresh: readonly Incident[]): string {
  const [only] = fresh
  return only !== undefined && fresh.length === 1
    ? STRINGS.incident.arrived(only, whereIs(state, only))
    : STRINGS.incident.arrivedMany(fresh.length)
}
