import { setView, useCity } from '../state/store.ts'
import { LEVEL_COLOURS } from '../state/view.ts'
import { STRINGS } from '../strings.ts'

/** By which colours levels are told: one choice of few. */
export function LevelColours() {
  const chosen = useCity((state) => state.view.levelColours)
  return (
    <fieldset className="segments" data-testid="level-colours">
      <legend className="hidden-words">{STRINGS.level.colours}</legend>
      {LEVEL_COLOURS.map((colours) => (
        <label key={colours} className="segment">
          <input
            type="radio"
            name="level-colours"
            checked={colours === chosen}
            onChange={() => {
              setView((view) => ({ ...view, levelColours: colours }))
            }}
          />
          <span>{STRINGS.level.colourNames[colours]}</span>
        </label>
      ))}
    </fieldset>
  )
}
