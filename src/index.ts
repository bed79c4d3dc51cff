/**
 * The Worker: hands requests to the app of this isolate, calls of other Workers to the service, and renews keys, removes what has expired and
 * syncs accounts when the cron trigger calls.
 */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { createHandler, createUnconfiguredApp, type Handler } from './app.ts'
import { ConfigurationError, describeProblem } from './config/load.ts'
import type { Env } from './config/model.ts'
import { createDeps, type Deps } from './deps.ts'
import { consoleLog } from './log.ts'
import { type CallerProps, createRpcService, type RpcService, type UserAnswer, type VisitorRequest } from './rpc.ts'
import type { TokenAnswer } from './tokens/access-token.ts'

interface Instance {
  readonly handle: Handler
  /** `null`: the settings are not good. */
  readonly deps: Deps | null
}

/** The settings of an isolate never change, so they are read once. Nothing in here is about a person. */
const instances = new WeakMap<Env, Instance>()

function instanceFor(env: Env): Instance {
  const known = instances.get(env)
  if (known) return known
  const instance = createInstance(env)
  instances.set(env, instance)
  return instance
}

function createInstance(env: Env): Instance {
  try {
    const deps = createDeps(env)
    return { handle: createHandler(deps), deps }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const problems = error.problems.map(describeProblem)
    consoleLog({ level: 'error', event: 'configuration', detail: { problems } })
    const app = createUnconfiguredApp(consoleLog)
    return { handle: async (request) => app.fetch(request), deps: null }
  }
}

/**
 * For other Workers of the account, by a service binding: `entrypoint = "GatehouseService"`, `props = { app = "…" }`.
 *
 * @see RpcService in `rpc.ts`
 */
export class GatehouseService extends WorkerEntrypoint<Env, CallerProps> implements RpcService {
  check(token: string): Promise<TokenAnswer> {
    return this.#ask((service) => service.check(token))
  }

  checkMany(tokens: readonly string[]): Promise<readonly TokenAnswer[]> {
    return this.#ask((service) => service.checkMany(tokens))
  }

  session(request: VisitorRequest): Promise<TokenAnswer> {
    return this.#ask((service) => service.session(request))
  }

  user(userId: string): Promise<UserAnswer | null> {
    return this.#ask((service) => service.user(userId))
  }

  #ask<T>(ask: (service: RpcService) => Promise<T>): Promise<T> {
    const { deps } = instanceFor(this.env)
    const answer = ask(createRpcService(deps, this.ctx.props))
    const afterwards = async () => deps?.revocations.pullIfDue()
    this.ctx.waitUntil(answer.then(afterwards, afterwards))
    return answer
  }
}

export default {
  fetch(request, env, context) {
    return instanceFor(env).handle(request, (work) => context.waitUntil(work))
  },

  async scheduled(_controller, env) {
    const { deps } = instanceFor(env)
    if (!deps) return
    deps.log({ level: 'info', event: 'purged', detail: await deps.purgeExpired() })
    await deps.signingKeys.rotate()
    await deps.syncAccounts()
  },
} satisfies ExportedHandler<Env>
