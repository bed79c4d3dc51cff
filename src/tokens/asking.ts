/**
 * Asks a provider about a token for an app, at most once in a while; how its answer is judged is for the kind of token.
 */
import type { App } from '../accounts/apps.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/model.ts'
import { sha256 } from '../crypto.ts'
import type { Claims } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Providers } from '../oidc/providers.ts'
import type { Revocations } from '../sessions/revocations.ts'
import type { Sealers } from '../sessions/vault.ts'
import type { Verdict } from './access-token.ts'
import { cutOffNamesOf, revocationNamesOf } from './cut-off.ts'
import type { Verdicts } from './verdicts.ts'

/** What it takes to judge a token of a provider. */
export interface AskingPorts {
  readonly config: Config
  readonly providers: Providers
  readonly clock: Clock
  readonly verdicts: Verdicts
  readonly revocations: Revocations
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
  { verdicts, revocations }: Pick<AskingPorts, 'verdicts' | 'revocations'>,
  judge: (said: Claims) => Verdict | Promise<Verdict>,
): Promise<Verdict | null> {
  const key = await sha256(JSON.stringify([provider.id, app.clientId, app.audiences, app.clients, token]))
  const known = verdicts.recall(key)
  if (known !== undefined) return known
  return verdicts.questions.ask(key, provider.config.timeoutSeconds, async () => {
    const asOf = revocations.now()
    const said = await provider.introspect(token)
    const verdict = said && (await judge(withUsername(said)))
    const names = said ? revocationNamesOf(await cutOffNamesOf(said, provider)) : []
    if (asOf) verdicts.keep(key, verdict, asOf, names)
    return verdict
  })
}

/** The name under which a provider tells it in a token. @see RFC 7662 section 2.2 */
function withUsername(said: Claims): Claims {
  return { ...said, preferred_username: said.preferred_username ?? said.username }
}
