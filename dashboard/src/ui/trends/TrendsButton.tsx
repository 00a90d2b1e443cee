import { setView, useCity } from '../../state/store.ts'
import { CITY_TRENDS, withRoad, withoutRoad } from '../../state/trends.ts'
import { STRINGS } from '../../strings.ts'
import { TrendsIcon } from '../icons.tsx'
import { closeTrends } from './Trends.tsx'

const SAY = STRINGS.trends

/** Among the map's controls: trends of the whole city. */
export function TrendsButton() {
  const isOpen = useCity((state) => state.view.trends !== null)
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={SAY.title}
      aria-expanded={isOpen}
      title={SAY.title}
      onClick={() => {
        if (isOpen) closeTrends()
        else setView((view) => ({ ...view, trends: CITY_TRENDS }))
      }}
    >
      <TrendsIcon />
    </button>
  )
}

/** On a road's card: its trends, beside those of the road that is shown already. */
export function RoadTrendsButton({ id }: { readonly id: string }) {
  const trends = useCity((state) => state.view.trends)
  const isShown = trends?.roads.includes(id) ?? false
  const words = trends === null || trends.roads.length === 0 ? SAY.title : SAY.compare
  return (
    <button
      type="button"
      className="button is-small"
      aria-pressed={isShown}
      onClick={() => {
        setView((view) => {
          const before = view.trends ?? CITY_TRENDS
          return { ...view, trends: before.roads.includes(id) ? withoutRoad(before, id) : withRoad(before, id) }
        })
      }}
    >
      <TrendsIcon />
      {isShown ? SAY.shown : words}
    </button>
  )
}
