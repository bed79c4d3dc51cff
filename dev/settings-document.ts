/**
 * The pages about settings, written from the settings themselves; `npm run docs` writes them, and a test fails when one is out of date.
 */
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { fixedSettings } from '../src/config/dialects/la-suite/fixed.ts'
import { WITHOUT_EFFECT } from '../src/config/dialects/la-suite/without-effect.ts'
import { opentalkSettings } from '../src/config/dialects/opentalk/settings.ts'
import { opentalkVariable } from '../src/config/dialects/opentalk/sources.ts'
import { settings } from '../src/config/names.ts'
import { accountSyncSettings } from '../src/config/schema/account-sync.ts'
import { administratorSettings } from '../src/config/schema/administrators.ts'
import { allowListSettings } from '../src/config/schema/allow-lists.ts'
import { brandSettings } from '../src/config/schema/brand.ts'
import { ownSettings } from '../src/config/schema/gatehouse.ts'
import { accountSettings } from '../src/config/schema/people.ts'
import { permissionSettings } from '../src/config/schema/permissions.ts'
import { providerSettings } from '../src/config/schema/provider.ts'
import { requestSettings } from '../src/config/schema/requests.ts'
import { resourceServerSettings } from '../src/config/schema/resource-server.ts'
import { sessionSettings } from '../src/config/schema/session.ts'
import type { Setting } from '../src/config/schema/setting.ts'
import { tokenSettings } from '../src/config/schema/tokens.ts'
import { visitSettings } from '../src/config/schema/visits.ts'
import { runCommand } from './complaint.ts'
import { readOptions } from './options.ts'

const HEAD = `# Settings

What an operator sets, by subject. Pages of their own say [what La Suite Meet's names mean here](settings-la-suite.md), and
[what OpenTalk's tables mean](settings-opentalk.md): an environment of either can be pasted as it is.

Public settings go under \`[vars]\` in wrangler.toml, because a deploy replaces what the dashboard says; secrets are stored with
\`npx wrangler secret put NAME\`. On your own machine both are in \`.dev.vars\`, which \`npm run dev\` makes; of wrangler.toml it does not
use what names the provider.

All settings are checked before the first request is served. If one is wrong or missing, every request but \`/ping\`, \`/robots.txt\`, the
style sheet and the icon answers 503, people get a plain page, and one log line (\`"event":"configuration"\`) lists all problems;
\`npm run dev\` prints the same list. Names that begin with OIDC_, GATEHOUSE_, LOGIN_REDIRECT_ or LOGOUT_REDIRECT_ and are on none of these pages have no effect, and a
warning in the log says so; \`NAME_FILE\` in place of a setting is refused, because a Worker has no files.

These pages are written by \`npm run docs\` from src/config/.
`

const LA_SUITE = `# La Suite Meet's names

An environment of La Suite Meet works here as it is. This page says where each of its settings is described, which of them Gatehouse has
decided, and which are about something else. It is written by \`npm run docs\` from src/config/.

## Settings that work here

| names | described under |
|---|---|
`

const DECIDED = `
## Settings that Gatehouse has decided

They are read and judged, and change nothing.

| name | meaning | default |
|---|---|---|
`

const FORMER = `
## Former names

A name that a setting had once still counts, with a warning, unless the new one is set as well.

| former name | name |
|---|---|
`

const OPENTALK = `# OpenTalk's tables

The tables \`[keycloak]\`, \`[oidc]\`, \`[user_search]\`, \`[tenants]\`, \`[tariffs]\`, \`[endpoints]\`, \`[avatar]\` and \`[defaults]\` of OpenTalk's
configuration file work here as they are: pasted into wrangler.toml as \`[vars.keycloak]\`, \`[vars.oidc]\`, \`[vars.oidc.frontend]\` and so on. The variables that OpenTalk
takes in their place work too, and win over a table. A secret belongs in its variable: \`npx wrangler secret put OPENTALK_CTRL_…\`.

Without OIDC_RP_CLIENT_ID and OIDC_PROVIDERS, people sign in with the client of the controller; register Gatehouse's redirect URI
there. With them, they say how people sign in, and OpenTalk's settings how access tokens are checked and people are found; both must
name the same issuer. Everything else about the provider, such as OIDC_RP_SCOPES, is set by its name above. What else is in such a
table has no effect, and a warning in the log says so.

This page is written by \`npm run docs\` from src/config/.

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

type Table = Readonly<Record<string, Setting<unknown>>>

/** The settings in the order in which an operator meets them; what is in no table of a subject is about operations. */
const SUBJECTS: readonly (readonly [title: string, table: Table])[] = [
  ['Provider', providerTable()],
  ['Sign-in', { ...signInOf(ownSettings), ...visitSettings, ...requestSettings }],
  ['Session', sessionSettings],
  ['Tokens', { ...tokenSettings, ...resourceServerSettings }],
  [
    'People',
    {
      ...accountSettings,
      ...allowListSettings,
      ...permissionSettings,
      ...administratorSettings,
      ...accountSyncSettings,
    },
  ],
  ['Pages', brandSettings],
  ['Operations', operationsTable()],
]

function providerTable(): Table {
  return without(providerSettings, [accountSettings, requestSettings, resourceServerSettings])
}

/** What a sign-in asks for, and where it leads. */
function signInOf(table: Table): Table {
  const names = /^(?:LOGIN_|LOGOUT_|ALLOW_LOGOUT|OIDC_REDIRECT_|GATEHOUSE_LOGIN)/
  return Object.fromEntries(Object.entries(table).filter(([key, { name = key }]) => names.test(name)))
}

function operationsTable(): Table {
  const own = [
    brandSettings,
    administratorSettings,
    accountSyncSettings,
    allowListSettings,
    permissionSettings,
    sessionSettings,
    visitSettings,
    tokenSettings,
    signInOf(ownSettings),
  ]
  return without(ownSettings, own)
}

function without(table: Table, others: readonly object[]): Table {
  const isElsewhere = (key: string) => others.some((other) => Object.hasOwn(other, key))
  return Object.fromEntries(Object.entries(table).filter(([key]) => !isElsewhere(key)))
}

/** All pages, by the path of their file. */
export function settingsDocuments(): Readonly<Record<string, string>> {
  return {
    'docs/settings.md': bySubject(),
    'docs/settings-la-suite.md': laSuite(),
    'docs/settings-opentalk.md': openTalk(),
  }
}

function bySubject(): string {
  const parts = SUBJECTS.map(([title, table]) => {
    const rows = Object.entries(table).map(([key, setting]) => row([code(setting.name ?? key), ...cellsOf(setting)]))
    return `\n## ${title}\n\n| name | kind | default | meaning | example |\n|---|---|---|---|---|\n${rows.join('')}`
  })
  return `${HEAD}${parts.join('')}`
}

function laSuite(): string {
  const known = SUBJECTS.map(([title, table]) => {
    const ofLaSuite = Object.entries(table).filter(([, { origin }]) => origin === 'La Suite')
    const names = ofLaSuite.map(([key, { name = key }]) => code(name))
    return row([names.join(', '), `[${title}](settings.md#${title.toLowerCase()})`])
  })
  const decided = Object.entries<Setting<unknown>>(fixedSettings).map(([name, { meaning, default: value }]) =>
    row([code(name), meaning, written(value)]),
  )
  const former = Object.entries<Setting<unknown>>(settings).flatMap(([key, { name = key, formerly }]) =>
    formerly.map((old) => row([code(old), code(name)])),
  )
  const unheeded = WITHOUT_EFFECT.map(({ names, reason }) => row([names.map(code).join(', '), reason]))
  const tables = [known, [DECIDED], decided, [FORMER], former, [UNHEEDED], unheeded]
  return `${LA_SUITE}${tables.flat().join('')}`
}

function openTalk(): string {
  const rows = Object.entries<Setting<unknown>>(opentalkSettings).map(([name, setting]) =>
    row([code(name), code(opentalkVariable(name)), ...cellsOf(setting)]),
  )
  return `${OPENTALK}${rows.join('')}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
}

/** What every table of settings says of one. */
function cellsOf({ kind, required, default: value, ...setting }: Setting<unknown>): string[] {
  const { secret, meaning, example, formerly, aliases } = setting
  return [
    `${kind.label}${secret ? ' (secret)' : ''}`,
    required ? '**required**' : value === undefined ? 'unset' : written(value, kind.separator),
    [meaning, ...onceCalled(formerly), ...alsoCalled(aliases)].join(' '),
    secret ? example : code(example),
  ]
}

function onceCalled(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [`Once called ${names.map(code).join(' and ')}, which still ${names.length === 1 ? 'counts' : 'count'}.`]
}

function alsoCalled(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`Also called ${names.map(code).join(' and ')}.`]
}

/** A default as one would type it; what has nothing in it cannot be typed. */
function written(value: unknown, separator = ' '): string {
  const text = Array.isArray(value) ? value.join(separator) : isTable(value) ? JSON.stringify(value) : String(value)
  return text === '' || text === '{}' ? 'empty' : code(text)
}

function isTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    readOptions(
      {},
      'Usage: npm run docs\n\nWrites docs/settings.md and the pages beside it from the settings in src/config/.',
    )
    for (const [path, page] of Object.entries(settingsDocuments())) await writeFile(path, page)
  })
}
