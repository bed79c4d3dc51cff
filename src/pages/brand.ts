/**
 * How the operator's settings make the pages look: name, picture and links, and colours that can be read on light and on dark ground.
 */
import type { Config } from '../config/model.ts'

export type Brand = Pick<Config, 'brandName' | 'brandLogo' | 'brandColor' | 'supportUrl' | 'imprintUrl'>

type Rgb = readonly [red: number, green: number, blue: number]

/** The grounds that links stand on, as in `style.ts`. */
const LIGHT_CARD: Rgb = [255, 255, 255]
const DARK_CARD: Rgb = [26, 32, 41]
const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]

/** @see WCAG 2.2 success criterion 1.4.3 */
const CONTRAST_MIN = 4.5
const STEPS = 20

/** The rules of a style sheet for a colour of the operator; empty: there is none. */
export function brandStyle({ brandColor }: Pick<Brand, 'brandColor'>): string {
  if (brandColor === undefined) return ''
  const wanted = rgbOf(brandColor)
  const [light, dark] = [readableOn(LIGHT_CARD, wanted, BLACK), readableOn(DARK_CARD, wanted, WHITE)]
  return `:root { ${rules(light)} }
@media (prefers-color-scheme: dark) { :root { ${rules(dark)} } }
`
}

function rules(accent: Rgb): string {
  const text = contrast(accent, WHITE) >= CONTRAST_MIN ? WHITE : BLACK
  return `--accent: ${css(accent)}; --on-accent: ${css(text)};`
}

/** The colour, or the nearest to it on the way to `towards` that can be read. */
function readableOn(ground: Rgb, color: Rgb, towards: Rgb): Rgb {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, towards, step / STEPS)
    if (contrast(mixed, ground) >= CONTRAST_MIN) return mixed
  }
  return towards
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share)
  return [at(0), at(1), at(2)]
}

/** @see WCAG 2.2, contrast ratio */
function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** @see WCAG 2.2, relative luminance */
function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** @param color as the setting has it: a number sign and six digits */
function rgbOf(color: string): Rgb {
  const at = (index: number) => Number.parseInt(color.slice(index, index + 2), 16)
  return [at(1), at(3), at(5)]
}

function css(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
