/**
 * docs/settings.md, written from the settings themselves; `npm run docs` writes it, and a test fails when it is out of date.
 */
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { settings } from '../src/config/env.ts'
import { opentalkSettings } from '../src/config/opentalk-settings.ts'
import { opentalkVariable } from '../src/config/opentalk-sources.ts'
import type { Setting } from '../src/config/setting.ts'
import { WITHOUT_EFFECT } from '../src/config/without-effect.ts'

const HEAD = `# Settings

Public settings stand under \`[vars]\` in wrangler.toml, for a deploy replaces what the dashboard says; secrets are stored with
\`npx wrangler secret put NAME\`. On your own machine both may stand in \`.dev.vars\`, which \`npm run dev\` makes.

All settings are checked before the first request is served. If one is wrong or missing, every request but \`/ping\` and \`/robots.txt\`
answers 503, people get a plain page, and one log line (\`"event":"configuration"\`) lists all problems; \`npm run dev\` prints the same
list. Names that begin with OIDC_, GATEHOUSE_, LOGIN_REDIRECT_ or LOGOUT_REDIRECT_ and are in none of these tables have no effect, and a
warning in the log says so; \`NAME_FILE\` in place of a setting is refused, for a Worker has no files.

This page is written by \`npm run docs\` from src/config/.

| name | kind | default | meaning | example | known from |
|---|---|---|---|---|---|
`

const OPENTALK = `
## OpenTalk

The tables \`[keycloak]\`, \`[oidc]\`, \`[user_search]\`, \`[tenants]\`, \`[tariffs]\`, \`[endpoints]\`, \`[avatar]\` and \`[defaults]\` of OpenTalk's
configuration file work here as they are: pasted into wrangler.toml as \`[vars.keycloak]\`, \`[vars.oidc]\`, \`[vars.oidc.frontend]\` and so on. The variables that OpenTalk
takes in their place work too, and win over a table. A secret belongs into its variable: \`npx wrangler secret put OPENTALK_CTRL_…\`.

Without OIDC_RP_CLIENT_ID and OIDC_PROVIDERS, people sign in with the client of the controller; register Gatehouse's redirect URI
there. With them, they say how people sign in, and OpenTalk's settings how access tokens are checked and people are found; both must
name the same issuer. Everything else about the provider, such as OIDC_RP_SCOPES, is set by its name above. What else stands in such a
table has no effect, and a warning in the log says so.

| table and key | variable | kind | default | meaning | example |
|---|---|---|---|---|---|
`

const UNHEEDED = `
## Without effect

An environment of La Suite Meet has settings that are about something else than what Gatehouse does. They are accepted, and one warning
for each row of this table names those that are there. \`*\` stands for the rest of a name; what the tables above have is not meant.

| names | why nothing happens |
|---|---|
`

/** The whole page. */
export function settingsDocument(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, setting]) =>
    row([code(name), ...cellsOf(setting), setting.origin]),
  )
  const opentalk = Object.entries<Setting<unknown>>(opentalkSettings).map(([name, setting]) =>
    row([code(name), code(opentalkVariable(name)), ...cellsOf(setting)]),
  )
  const unheeded = WITHOUT_EFFECT.map(({ names, reason }) => row([names.map(code).join(', '), reason]))
  return `${HEAD}${rows.join('')}${OPENTALK}${opentalk.join('')}${UNHEEDED}${unheeded.join('')}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
}

/** What every table of settings says of one. */
function cellsOf({ kind, required, default: value, ...setting }: Setting<unknown>): string[] {
  const { secret, meaning, example, formerly } = setting
  return [
    `${kind.label}${secret ? ' (secret)' : ''}`,
    required ? '**required**' : value === undefined ? 'unset' : written(value, kind.separator),
    [meaning, ...onceCalled(formerly)].join(' '),
    secret ? example : code(example),
  ]
}

function onceCalled(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [`Once called ${names.map(code).join(' and ')}, which still ${names.length === 1 ? 'counts' : 'count'}.`]
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
