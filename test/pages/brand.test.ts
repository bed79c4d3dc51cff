/**
 * The colours of an operator: kept where they can be read, and changed as little as that takes where they cannot.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandStyle } from '../../src/pages/brand.ts'

/** The accent and the text on it, on light pages and on dark ones. */
function colorsFor(brandColor: string) {
  const found = [...brandStyle({ brandColor }).matchAll(/--accent: (#[\da-f]{6}); --on-accent: (#[\da-f]{6});/g)]
  const [light, dark] = found.map(([, accent = '', text = '']) => ({ accent, text }))
  if (!light || !dark) throw new Error('no rules')
  return { light, dark }
}

/** @see WCAG 2.2, contrast ratio; written anew so that one mistake does not hide another */
function contrast(one: string, other: string): number {
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

describe('the colour of a brand', () => {
  it('leaves everything as it is when there is none', () => {
    expect(brandStyle({ brandColor: undefined })).toBe('')
  })

  it('stays as it is where it can be read', () => {
    expect(colorsFor('#1f4fbf').light).toEqual({ accent: '#1f4fbf', text: '#ffffff' })
    expect(colorsFor('#8fb2ff').dark).toEqual({ accent: '#8fb2ff', text: '#000000' })
  })

  it('can be read on every page, and so can the text on it', () => {
    const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(color, (brandColor) => {
        const { light, dark } = colorsFor(brandColor)
        const pairs = [
          [light.accent, '#ffffff'],
          [light.accent, light.text],
          [dark.accent, '#1a2029'],
          [dark.accent, dark.text],
        ] as const
        for (const [one, other] of pairs) expect(contrast(one, other)).toBeGreaterThanOrEqual(4.5)
      }),
    )
  })
})
