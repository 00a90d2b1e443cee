import { setView, useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { whole } from '../format.ts'
import { IncidentList } from './IncidentList.tsx'
import { Panel } from './Panel.tsx'

export function IncidentPanel() {
  const isOpen = useCity((state) => state.view.incidentsOpen)
  const count = useCity(({ shown }) => (shown.emergencies.freshness === null ? null : shown.emergencies.things.size))
  return (
    <Panel
      title={STRINGS.incident.panel}
      testId="incidents-panel"
      note={count === null ? null : <span className="count" data-testid="incident-count">{whole(count)}</span>}
      isOpen={isOpen}
      onFold={(incidentsOpen) => {
        setView((view) => ({ ...view, incidentsOpen }))
      }}
    >
      <IncidentList />
    </Panel>
  )
}
