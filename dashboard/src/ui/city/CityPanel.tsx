import { notUp, partsOf } from '../../state/platform.ts'
import { setView, useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { whole } from '../../format.ts'
import { Panel } from '../Panel.tsx'
import { TALL } from '../tall.ts'
import { useMedia } from '../useMedia.ts'
import { PlatformStatus } from './PlatformStatus.tsx'
import { Weather } from './Weather.tsx'
import { WorstRoads } from './WorstRoads.tsx'

/** What stands behind the figures. It is open where there is room, until somebody says otherwise. */
export function CityPanel() {
  const isTall = useMedia(TALL)
  const isOpen = useCity(({ view }) => view.cityOpen) ?? isTall
  const platform = useCity((state) => state.platform)
  const parts = platform === null ? [] : partsOf(platform)
  const away = notUp(parts)
  return (
    <Panel
      title={STRINGS.city.panel}
      testId="city-panel"
      note={
        // Folded away, it still says so.
        away.length > 0 && !isOpen ? (
          <span className="count is-away">{STRINGS.platform.notUp(whole(away.length), whole(parts.length))}</span>
        ) : null
      }
      isOpen={isOpen}
      onFold={(cityOpen) => {
        setView((view) => ({ ...view, cityOpen }))
      }}
    >
      <CityDetails />
    </Panel>
  )
}

export function CityDetails() {
  return (
    <div className="city-details">
      <PlatformStatus />
      <WorstRoads />
      <Weather />
    </div>
  )
}
