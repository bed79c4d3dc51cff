/**
 * docs/settings.md, written from the settings themselves; `npm run docs` writes it, and a test fails when it is out of date.
 */
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { settings } from '../src/config/env.ts'
import type { Setting } from '../src/config/setting.ts'

const HEAD = `# Settings

Public settings stand under \`[vars]\` in wrangler.toml, for a deploy replaces what the dashboard says; secrets are stored with
\`npx wrangler secret put NAME\`. On your own machine both may stand in \`.dev.vars\`, which \`npm run dev\` makes.

All settings are checked before the first request is served. If one is wrong or missing, every request but \`/ping\` and \`/robots.txt\`
answers 503, people get a plain page, and one log line (\`"event":"configuration"\`) lists all problems; \`npm run dev\` prints the same
list. Names that begin with OIDC_, GATEHOUSE_, LOGIN_REDIRECT_ or LOGOUT_REDIRECT_ and are not in this table have no effect, and a
warning in the log says so; \`NAME_FILE\` in place of a setting is refused, for a Worker has no files.

This page is written by \`npm run docs\` from src/config/env.ts.

| name | kind | default | meaning | example | known from |
|---|---|---|---|---|---|
`

/** The whole page. */
export function settingsDocument(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(
    ([name, { kind, required, default: value, secret, meaning, example, origin, formerly }]) => {
      const initial = required ? '**required**' : value === undefined ? 'unset' : written(value, kind.separator)
      const cells = [
        code(name),
        `${kind.label}${secret ? ' (secret)' : ''}`,
        initial,
        [meaning, ...formerly.map((old) => `Once called ${code(old)}, which still counts.`)].join(' '),
        secret ? example : code(example),
        origin,
      ]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    },
  )
  return `${HEAD}${rows.join('\n')}\n`
}

/** A default as one would type it; what has nothing in it cannot be typed. */
function written(value: unknown, separator = ' '): string {
  const text = typeof value === 'object' ? Object.values(value ?? {}).join(separator) : String(value)
  return text === '' ? 'empty' : code(text)
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile('docs/settings.md', settingsDocument())
