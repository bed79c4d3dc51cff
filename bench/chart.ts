/**
 * Draws what was measured as bars, in SVG that can be read in light and dark; measures nothing.
 */

/** A row of the chart. */
export interface Bar {
  readonly name: string
  readonly cpuMicroseconds: number
}

const WIDTH = 760
const LABEL_WIDTH = 230
const VALUE_WIDTH = 80
const ROW_HEIGHT = 30
const BAR_HEIGHT = 18
const OWN = /^Gatehouse/

/** Bars in the order of the rows; what begins with Gatehouse has the colour. */
export function chartOf(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ cpuMicroseconds }) => cpuMicroseconds))
  const height = (bars.length + 1) * ROW_HEIGHT + 10
  const rows = bars.map(({ name, cpuMicroseconds }, index) => {
    const top = (index + 1) * ROW_HEIGHT + 4
    const width = Math.round((cpuMicroseconds / longest) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH))
    const middle = top + BAR_HEIGHT / 2 + 4
    return [
      `<text x="${LABEL_WIDTH - 10}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
      `<rect class="${OWN.test(name) ? 'own' : 'other'}" x="${LABEL_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text x="${LABEL_WIDTH + width + 8}" y="${middle}">${cpuMicroseconds.toFixed(0)} µs</text>`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.own { fill: #0b6e4f } .other { fill: #9aa5b1 }
@media (prefers-color-scheme: dark) { text { fill: #d0d7de } .own { fill: #3fb68b } .other { fill: #5c6773 } }
</style>
<text x="${LABEL_WIDTH}" y="20" font-weight="bold">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
