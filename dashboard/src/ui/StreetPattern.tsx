/** Streets of no city in particular, behind the sign-in. */

const RINGS = [70, 140, 225, 325, 440]
const SPOKES = Array.from({ length: 12 }, (_, at) => (at / 12) * 2 * Math.PI + 0.2)

export function StreetPattern() {
  return (
    <svg className="street-pattern" viewBox="-500 -320 1000 640" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {SPOKES.map((angle, at) => (
        <line
          key={angle}
          className={at % 3 === 0 ? 'is-wide' : ''}
          x1={40 * Math.cos(angle)}
          y1={40 * Math.sin(angle)}
          x2={620 * Math.cos(angle + 0.08)}
          y2={620 * Math.sin(angle + 0.08)}
        />
      ))}
      {RINGS.map((radius, at) => (
        <circle key={radius} className={at % 2 === 1 ? 'is-wide' : ''} r={radius} />
      ))}
      <path className="is-slow" d="M-105 -93A140 140 0 0 1 60 -126" />
      <path className="is-slower" d="M225 0A225 225 0 0 1 159 159" />
    </svg>
  )
}
