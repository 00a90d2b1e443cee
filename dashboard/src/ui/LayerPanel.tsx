import { setView, useCity } from '../state/store.ts'
import { hasCard } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { LayerSwitches } from './LayerSwitches.tsx'
import { Legend } from './Legend.tsx'
import { Panel } from './Panel.tsx'
import { TALL } from './tall.ts'
import { useMedia } from './useMedia.ts'

export function LayerPanel() {
  // There is room for a card above it.
  const isTall = useMedia(TALL)
  const isBeside = useCity((state) => hasCard(state.view)) && !isTall
  const isOpen = useCity(({ view }) => (isBeside ? view.layersBesideCard : view.layersOpen))
  return (
    <Panel
      title={STRINGS.layers.panel}
      testId="layers-panel"
      isOpen={isOpen}
      onFold={(layersOpen) => {
        setView((view) => (isBeside ? { ...view, layersBesideCard: layersOpen } : { ...view, layersOpen }))
      }}
    >
      <Legend />
      <LayerSwitches />
    </Panel>
  )
}
