/**
 * Works out the settings of the deployed Worker as far as this machine knows them: `[vars]` of wrangler.toml, and the secrets that it is
 * given, because those of the deployed Worker cannot be read.
 */
import { randomBytes } from 'node:crypto'
import { OPENTALK_NAMES, opentalkVariable } from '../src/config/dialects/opentalk/sources.ts'
import { providerSources } from '../src/config/dialects/tables/sources.ts'
import { secretSettings } from '../src/config/secrets.ts'
import type { ReadSettings } from '../src/diagnosis/checks/own.ts'
import { Complaint } from './complaint.ts'
import { hasOwnProvider } from './settings.ts'

type Values = Readonly<Record<string, unknown>>

export interface DeployedSettings {
  /** All that the Worker will see. */
  readonly all: Values
  /** @throws Complaint when all that is wrong is that secrets were not handed over */
  requireSecrets(read: ReadSettings): void
}

/**
 * @param published `[vars]` of wrangler.toml
 * @param devVars what `.dev.vars` says, of which only secrets count
 * @param env the environment of the command, whose secrets win
 */
export function deployedSettings(published: Values, devVars: Values, env: Values): DeployedSettings {
  const names = secretNames(published)
  // What `npm run dev` has made for the embedded provider is no other provider's secret.
  const isEmbedded = (name: string) => name === 'OIDC_RP_CLIENT_SECRET' && !hasOwnProvider(devVars)
  const given = names.flatMap((name) => {
    const value = env[name] || (isEmbedded(name) ? '' : devVars[name])
    return value ? [[name, value]] : []
  })
  // It seals what the Worker keeps, and nothing that is looked at here was sealed.
  const standIn = { GATEHOUSE_SECRET: randomBytes(32).toString('base64url') }
  return {
    all: { ...standIn, ...published, ...Object.fromEntries(given) },
    requireSecrets({ problems }) {
      const isMissing = ({ name }: { name: string }) => names.includes(name) && !given.some(([known]) => known === name)
      if (problems.length === 0 || !problems.every(isMissing)) return
      const missing = problems.map(({ name }) => name)
      const lines = missing.map((name) => `  read -rs ${name} && export ${name}`)
      throw new Complaint(
        `${missing.join(', ')}: not in your environment, and this command cannot read what the deployed Gatehouse has.
Hand each to this command for one look. This leaves no trace in the history of the shell:
${lines.join('\n')}`,
      )
    },
  }
}

function secretNames(published: Values): readonly string[] {
  return [
    ...secretSettings(),
    ...OPENTALK_NAMES.filter((name) => name.endsWith('client_secret')).map(opentalkVariable),
    ...providerSources(published, null).sources.flatMap((source) => source.secretNames),
  ]
}
