import { setView, useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { LayerSwitches } from './LayerSwitches.tsx'
import { Legend } from './Legend.tsx'
import { Panel } from './Panel.tsx'

export function LayerPanel() {
  const isOpen = useCity((state) => state.view.layersOpen)
  return (
    <Panel
      title={STRINGS.layers.panel}
      testId="layers-panel"
      isOpen={isOpen}
      onFold={(layersOpen) => {
        setView((view) => ({ ...view, layersOpen }))
      }}
    >
      <Legend />
      <LayerSwitches />
    </Panel>
  )
}
