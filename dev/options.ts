/**
 * The options of the commands of this folder; what each means is up to the command.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Complaint, HelpAsked } from './complaint.ts'

type Options = NonNullable<ParseArgsConfig['options']>

const HELP = { help: { type: 'boolean', short: 'h' } } as const

/**
 * Reads the options of a command.
 *
 * @param usage shown for `--help`, and beneath what is wrong
 * @throws HelpAsked for `--help`
 * @throws Complaint for an option that does not exist, or that is given twice and cannot be
 */
export function readOptions<const Given extends Options>(options: Given, usage: string) {
  return read(usage, () => {
    const { values, tokens } = parseArgs({ options: { ...HELP, ...options }, tokens: true })
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))
    // parseArgs would take the last one and ignore the others.
    const repeated = names.find((name, index) => names.indexOf(name) < index && options[name]?.multiple !== true)
    if (repeated !== undefined) throw new Error(`--${repeated} is there more than once.`)
    return values
  })
}

/**
 * The same for a command that takes words and no options.
 *
 * @returns the words
 */
export function readWords(usage: string): readonly string[] {
  const { positionals } = read(usage, () => parseArgs({ options: HELP, allowPositionals: true }))
  return positionals
}

function read<T>(usage: string, parse: () => T): T {
  // --help is answered whatever else is wrong.
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) throw new HelpAsked(usage)
  try {
    return parse()
  } catch (error) {
    throw new Complaint(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}

/** The number that an option names, or the usual one. @throws Complaint if it is none: nothing would be measured, and nothing fail */
export function wholeNumber(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual
  const number = Number(text)
  if (/^\d+$/.test(text) && number > 0) return number
  throw new Complaint(`${option} must be a whole number above 0, but it is "${text}". Example: ${option} ${usual}`)
}
