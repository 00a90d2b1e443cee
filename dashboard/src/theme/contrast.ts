/** How far two colours are apart for the eye: WCAG 2.2, and what colour-blind people see (Viénot 1999). */

export type Rgb = readonly [red: number, green: number, blue: number]

/** Of `#rrggbb`; each part from 0 to 1, linear. */
export function linear(hex: string): Rgb {
  const part = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

export function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** 1 to 21; text wants 4.5. */
export function contrast(one: string, other: string): number {
  const a = luminance(linear(one)) + 0.05
  const b = luminance(linear(other)) + 0.05
  return Math.max(a, b) / Math.min(a, b)
}

const BLIND: Readonly<Record<'protan' | 'deutan', readonly [Rgb, Rgb, Rgb]>> = {
  protan: [
    [0.112_38, 0.887_62, 0],
    [0.112_38, 0.887_62, 0],
    [0.004_01, -0.004_01, 1],
  ],
  deutan: [
    [0.292_75, 0.707_25, 0],
    [0.292_75, 0.707_25, 0],
    [-0.022_34, 0.022_34, 1],
  ],
}

export function seenBy(kind: keyof typeof BLIND, [red, green, blue]: Rgb): Rgb {
  const [r, g, b] = BLIND[kind].map(([x, y, z]) => x * red + y * green + z * blue) as unknown as Rgb
  return [r, g, b]
}

/** Distance in OKLab, where about 0.02 can just be told apart. */
export function distance(one: Rgb, other: Rgb): number {
  const a = oklab(one)
  const b = oklab(other)
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

function oklab([red, green, blue]: Rgb): Rgb {
  const l = Math.cbrt(0.412_221 * red + 0.536_333 * green + 0.051_446 * blue)
  const m = Math.cbrt(0.211_903 * red + 0.680_7 * green + 0.107_397 * blue)
  const s = Math.cbrt(0.088_302 * red + 0.281_719 * green + 0.629_979 * blue)
  return [
    0.210_454 * l + 0.793_618 * m - 0.004_072 * s,
    1.977_998 * l - 2.428_592 * m + 0.450_594 * s,
    0.025_904 * l + 0.782_772 * m - 0.808_676 * s,
  ]
}
