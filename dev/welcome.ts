/**
 * Writes what `npm run dev` shows when everything runs: where, who, and lines to copy that work as they stand.
 */
import type { Credential } from '../src/accounts/app-registry.ts'
import { PEOPLE } from './provider/people.ts'
import type { DevSettings } from './settings.ts'

/** The whole text. */
export function welcome(settings: DevSettings, app: Credential): string {
  const sections = [
    `  Gatehouse runs at    ${settings.baseUrl}/`,
    settings.hasEmbeddedProvider
      ? people()
      : '  Sign-in goes to      the provider that .dev.vars names (no embedded provider)',
    `  App "demo"           client id  ${app.clientId}\n                       secret     ${app.secret}`,
    `  Pages                /account/  for everyone who is signed in\n                       /admin/    people, apps, audit and diagnosis, for ${settings.hasEmbeddedProvider ? 'alice' : 'those whom GATEHOUSE_ADMINS names'}`,
    settings.hasEmbeddedProvider ? tokenChecks(settings, app) : '',
    '  Ctrl-C ends it.',
  ]
  return `\n${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function people(): string {
  const width = Math.max(...PEOPLE.map(({ username }) => username.length))
  const lines = PEOPLE.map(({ username, remark }) => `${username.padEnd(width)}  ${remark}`.trimEnd())
  return `  Sign in as           ${lines.join(`\n${' '.repeat(23)}`)}\n${' '.repeat(23)}(any password)`
}

function tokenChecks(settings: DevSettings, { clientId, secret }: Credential): string {
  const check = (name: string) =>
    `curl -s -u '${clientId}:${secret}' --data-urlencode "token=$(npm run -s token -- ${name})" ${settings.baseUrl}/api/v1.0/introspect/`
  return `  Is a token good? A person's, and a service's:\n\n${check('alice')}\n\n${check('recorder')}`
}
