import { useEffect, useState, type ComponentType } from 'react'

import { setView, useCity } from '../../state/store.ts'
import type { Trends as Shown } from '../../state/trends.ts'

type Panel = ComponentType<{ readonly trends: Shown }>

/** The panel of trends, while it is open. Its code comes when it is first asked for. */
export function Trends() {
  const trends = useCity((state) => state.view.trends)
  const [Panel, setPanel] = useState<Panel | null>(null)
  const isMissing = trends !== null && Panel === null
  useEffect(() => {
    if (!isMissing) return
    let isOver = false
    import('./TrendsPanel.tsx').then(
      ({ TrendsPanel }) => {
        if (!isOver) setPanel(() => TrendsPanel)
      },
      () => {
        // The gateway is away, which the page says elsewhere.
        if (!isOver) closeTrends()
      },
    )
    return () => {
      isOver = true
    }
  }, [isMissing])
  return trends === null || Panel === null ? null : <Panel trends={trends} />
}

export function closeTrends(): void {
  setView((view) => ({ ...view, trends: null }))
}
