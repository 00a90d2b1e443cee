import { whole } from '../../format.ts'
import { STRINGS } from '../../strings.ts'
import { Results } from './Results.tsx'
import type { Finder } from './useFinder.ts'

const SAY = STRINGS.search

interface Props {
  readonly finder: Finder
  /** What could be found. */
  readonly help: string
}

/** What was found, below the field; and how much it is, for those who do not see it. */
export function Popup({ finder: { text, hasWords, count, groups, listId, activeAt, point, take }, help }: Props) {
  const shown = groups.reduce((sum, { rows }) => sum + rows.length, 0)
  return (
    <>
      {hasWords && (
        <div
          className="floating search-popup"
          role="presentation"
          onMouseDown={(event) => {
            // The field keeps the focus.
            event.preventDefault()
          }}
        >
          {count > 0 ? (
            <>
              <Results id={listId} groups={groups} activeAt={activeAt} onPoint={point} onChoose={take} />
              {count > shown && <p className="search-more quiet">{SAY.shown(whole(shown), whole(count))}</p>}
            </>
          ) : (
            <div className="search-nothing">
              <p>{SAY.nothing(text.trim())}</p>
              <p className="quiet">{help}</p>
            </div>
          )}
        </div>
      )}
      <p className="hidden-words" role="status">
        {hasWords && (count === 0 ? SAY.nothing(text.trim()) : SAY.found(whole(count)))}
      </p>
    </>
  )
}
