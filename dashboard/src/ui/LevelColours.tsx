import { setView, useCity } from '../state/store.ts'
import { LEVEL_COLOURS } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { Segments } from './Segments.tsx'

/** By which colours levels are told. */
export function LevelColours() {
  const chosen = useCity((state) => state.view.levelColours)
  return (
    <Segments
      name={STRINGS.level.colours}
      testId="level-colours"
      choices={LEVEL_COLOURS}
      names={STRINGS.level.colourNames}
      chosen={chosen}
      onChoose={(levelColours) => {
        setView((view) => ({ ...view, levelColours }))
      }}
    />
  )
}
