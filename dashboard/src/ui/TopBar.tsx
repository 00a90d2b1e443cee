import { useCity } from '../state/store.ts'
import { calendarDay, clockTime } from '../format.ts'
import { isAhead } from '../state/past.ts'
import { STRINGS } from '../strings.ts'
import { Mark } from './icons.tsx'
import { Search } from './search/Search.tsx'
import { SettingsMenu } from './SettingsMenu.tsx'
import { StateChip } from './StateChip.tsx'
import { UserMenu } from './UserMenu.tsx'
import { useLookedAt } from './useNow.ts'

export function TopBar() {
  const city = useCity((state) => state.model?.city ?? null)
  return (
    <header className="top-bar">
      <div className="floating top-bar-city">
        <Mark />
        <h1 data-testid="city-name">
          {city === null ? <span className="skeleton is-name" /> : (city.name ?? STRINGS.app.cityWithoutName)}
        </h1>
        {city !== null && <CityClock timeZone={city.timeZone} />}
      </div>
      <Search />
      <div className="floating top-bar-state">
        <StateChip />
        <SettingsMenu />
        <UserMenu />
      </div>
    </header>
  )
}

function CityClock({ timeZone }: { readonly timeZone: string }) {
  const now = useLookedAt()
  const past = useCity((state) => state.past)
  return (
    <time className="city-clock" dateTime={new Date(now).toISOString()} title={`${STRINGS.state.localTime}: ${timeZone}`} data-testid="city-clock">
      {past !== null && <span className="past-mark">{isAhead(past) ? STRINGS.ahead.mark : STRINGS.past.mark}</span>}
      <span className="city-clock-day">{calendarDay(now, timeZone)}</span> {clockTime(now, timeZone, past === null)}
    </time>
  )
}
