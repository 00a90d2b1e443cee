import { useId } from 'react'

interface Props<T extends string> {
  /** What is chosen by it. */
  readonly name: string
  /** Whether its name is seen; it is read out in any case. */
  readonly isNamed?: boolean
  readonly testId: string
  readonly choices: readonly T[]
  readonly names: Readonly<Record<T, string>>
  readonly chosen: T
  readonly onChoose: (choice: T) => void
}

/** One of few, side by side. */
export function Segments<T extends string>({ name, isNamed = false, testId, choices, names, chosen, onChoose }: Props<T>) {
  const group = useId()
  return (
    <fieldset className="choice" data-testid={testId}>
      <legend className={isNamed ? 'choice-name' : 'hidden-words'}>{name}</legend>
      <div className="segments">
        {choices.map((choice) => (
          <label key={choice} className="segment">
            <input
              type="radio"
              name={group}
              checked={choice === chosen}
              onChange={() => {
                onChoose(choice)
              }}
            />
            <span>{names[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
