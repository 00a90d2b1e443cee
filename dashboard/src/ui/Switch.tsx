interface Props {
  readonly name: string
  readonly testId: string
  readonly isOn: boolean
  readonly onSwitch: (isOn: boolean) => void
}

/** On or off. */
export function Switch({ name, testId, isOn, onSwitch }: Props) {
  return (
    <label className="switch">
      <span>{name}</span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        data-testid={testId}
        onChange={({ target }) => {
          onSwitch(target.checked)
        }}
      />
    </label>
  )
}
