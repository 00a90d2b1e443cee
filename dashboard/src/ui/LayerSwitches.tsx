import { setView, useCity } from '../state/store.ts'
import { possibleLayers } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { Switch } from './Switch.tsx'

export function LayerSwitches() {
  const layers = useCity((state) => state.view.layers)
  const hasTiles = useCity(({ model }) => model !== null && model.city.tiles !== null)
  return (
    <ul className="switches">
      {possibleLayers(hasTiles).map((layer) => (
        <li key={layer}>
          <Switch
            name={STRINGS.layers.names[layer]}
            testId={`layer-${layer}`}
            isOn={layers[layer]}
            onSwitch={(isOn) => {
              setView((view) => ({ ...view, layers: { ...view.layers, [layer]: isOn } }))
            }}
          />
        </li>
      ))}
    </ul>
  )
}
