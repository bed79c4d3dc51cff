/**
 * Reads a Python dict of texts, numbers and truth values, as La Suite's environment has it; everything else Python could say is refused.
 */

const TEXT = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`
const SCALAR = String.raw`${TEXT}|-?(?:0|[1-9]\d*)(?:\.\d+)?|True|False|None`
const ENTRY = new RegExp(String.raw`\s*(${TEXT})\s*:\s*(${SCALAR})\s*(?:,\s*|$)`, 'y')

const ESCAPE = /\\(?:([\\'"nrt])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|.)/g
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
const CODE_POINT_MAX = 0x10ffff

/**
 * The entries of a dict, every value as the text that Python would send for it; `None` is `null`.
 *
 * @returns `undefined` when it is not such a dict
 * @see The Python Language Reference, sections 2.4.1 and 6.2.7
 */
export function pythonDictionary(text: string): Readonly<Record<string, string | null>> | undefined {
  const whole = text.trim()
  if (!whole.startsWith('{') || !whole.endsWith('}')) return undefined
  const inner = whole.slice(1, -1).trim()
  const entries: [string, string | null][] = []
  ENTRY.lastIndex = 0
  while (ENTRY.lastIndex < inner.length) {
    const [, key = '', scalar = ''] = ENTRY.exec(inner) ?? []
    const name = unquoted(key)
    const value = /^['"]/.test(scalar) ? unquoted(scalar) : scalar
    if (!name || value === undefined || scalar === '') return undefined
    entries.push([name, scalar === 'None' ? null : value])
  }
  return Object.fromEntries(entries)
}

/** `undefined`: it has an escape that is none, or one that is not for here. */
function unquoted(quoted: string): string | undefined {
  let isGood = true
  const text = quoted.slice(1, -1).replace(ESCAPE, (_, plain?: string, ...codes: (string | undefined)[]) => {
    if (plain !== undefined) return CONTROLS[plain] ?? plain
    const code = Number.parseInt(codes.slice(0, 3).find((one) => one !== undefined) ?? '', 16)
    const isCodePoint = code <= CODE_POINT_MAX
    isGood &&= isCodePoint
    return isCodePoint ? String.fromCodePoint(code) : ''
  })
  return isGood ? text : undefined
}
