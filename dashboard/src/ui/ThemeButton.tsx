import { chooseTheme } from '../app/preferences.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { MoonIcon, SunIcon } from './icons.tsx'

export function ThemeButton() {
  const theme = useCity((state) => state.view.theme)
  const next = theme === 'light' ? 'dark' : 'light'
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={STRINGS.theme.toggle(STRINGS.theme.choices[next])}
      title={STRINGS.theme.toggle(STRINGS.theme.choices[next])}
      data-testid="theme"
      onClick={() => {
        chooseTheme(next)
      }}
    >
      {theme === 'light' ? <MoonIcon /> : <SunIcon />}
    </button>
  )
}
