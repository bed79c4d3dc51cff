/**
 * Asks a provider about a token for an app, at most once in a while; how its answer is judged is for the kind of token.
 */
import { type App, policyOf } from '../accounts/apps.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/model.ts'
import { sha256 } from '../crypto.ts'
import type { Claims } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Providers } from '../oidc/providers.ts'
import type { Sealers } from '../sessions/vault.ts'
import { OF_DISABLED, type Verdict, withAccount } from './access-token.ts'
import { type RecordPorts, recordOf } from './records.ts'
import type { Verdicts } from './verdicts.ts'

/** What it takes to judge a token of a provider. */
export interface AskingPorts extends RecordPorts {
  readonly config: Config
  readonly providers: Providers
  readonly clock: Clock
  readonly verdicts: Verdicts
  /** What they sealed is never shown to a provider. */
  readonly sealers: Sealers
}

/**
 * What the provider says of a token, judged for an app. A request that asks the same as another one of this isolate, at the same time,
 * waits for its verdict or shares its failure.
 *
 * @param judge what follows from the claims of a token that the provider calls active
 * @returns `null`: the provider says that it is not active
 * @throws GatehouseError when there is no answer, which is no verdict and is not kept
 */
export async function askProvider(
  provider: Provider,
  token: string,
  app: App,
  ports: RecordPorts & Pick<AskingPorts, 'verdicts'>,
  judge: (said: Claims) => Verdict | Promise<Verdict>,
): Promise<Verdict | null> {
  const { verdicts, revocations } = ports
  const key = await sha256(`${provider.id} ${policyOf(app)}\n${token}`)
  const known = verdicts.recall(key)
  if (known !== undefined) return known
  return verdicts.questions.ask(key, provider.config.timeoutSeconds, async () => {
    const asOf = revocations.now()
    const said = await provider.introspect(token)
    const found = said && (await judge(withUsername(said)))
    if (!found?.active) {
      if (asOf) verdicts.keep(key, found, asOf, [])
      return found
    }
    // Whether it has ended, the provider has just said.
    const { userId, isDisabled, names } = await recordOf({ ...found.claims, sid: said?.sid }, provider, ports)
    const verdict = isDisabled ? OF_DISABLED : withAccount(found, userId)
    if (asOf) verdicts.keep(key, verdict, asOf, names)
    return verdict
  })
}

/** The name under which a provider tells it in a token. @see RFC 7662 section 2.2 */
function withUsername(said: Claims): Claims {
  return { ...said, preferred_username: said.preferred_username ?? said.username }
}
