import { setView, useCity } from '../state/store.ts'
import { possibleLayers } from '../state/view.ts'
import { STRINGS } from '../strings.ts'

export function LayerSwitches() {
  const layers = useCity((state) => state.view.layers)
  const hasTiles = useCity(({ model }) => model !== null && model.city.tiles !== null)
  return (
    <ul className="switches">
      {possibleLayers(hasTiles).map((layer) => (
        <li key={layer}>
          <label className="switch">
            <span>{STRINGS.layers.names[layer]}</span>
            <input
              type="checkbox"
              role="switch"
              checked={layers[layer]}
              data-testid={`layer-${layer}`}
              onChange={({ target }) => {
                setView((view) => ({ ...view, layers: { ...view.layers, [layer]: target.checked } }))
              }}
            />
          </label>
        </li>
      ))}
    </ul>
  )
}
