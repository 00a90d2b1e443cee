import { chooseTheme } from '../app/preferences.ts'
import { PACES } from '../live/subscriptions.ts'
import { setView, useCity } from '../state/store.ts'
import { THEMES, type View } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { UNITS } from '../units.ts'
import { SettingsIcon } from './icons.tsx'
import { Segments } from './Segments.tsx'
import { Switch } from './Switch.tsx'
import { usePopover } from './usePopover.ts'

const SAY = STRINGS.settings

/** What a person chooses once, and their browser remembers. */
export function SettingsMenu() {
  const { root, button, content } = usePopover()
  const { units, pace, themeChoice, sound } = useCity((state) => state.view)
  return (
    <div className="with-popover" ref={root}>
      <button {...button} type="button" className="icon-button" aria-label={SAY.menu} title={SAY.menu} data-testid="settings">
        <SettingsIcon />
      </button>
      <div {...content} className="floating popover settings" role="group" aria-label={SAY.menu}>
        <Segments name={SAY.theme} isNamed testId="set-theme" choices={THEMES} names={SAY.themes} chosen={themeChoice} onChoose={chooseTheme} />
        <Segments
          name={SAY.units}
          isNamed
          testId="set-units"
          choices={UNITS}
          names={SAY.unitNames}
          chosen={units}
          onChoose={(chosen) => {
            set({ units: chosen })
          }}
        />
        <Segments
          name={SAY.pace}
          isNamed
          testId="set-pace"
          choices={PACES}
          names={SAY.paces}
          chosen={pace}
          onChoose={(chosen) => {
            set({ pace: chosen })
          }}
        />
        <Switch
          name={SAY.sound}
          testId="set-sound"
          isOn={sound}
          onSwitch={(isOn) => {
            set({ sound: isOn })
          }}
        />
      </div>
    </div>
  )
}

function set(chosen: Partial<View>): void {
  setView((view) => ({ ...view, ...chosen }))
}
