/**
 * The sealers, one for each use, so that nothing sealed for one opens in another; and how to recognise what they sealed.
 */
import { base64url } from 'jose'
import { isObject } from '../claims/values.ts'
import type { Config } from '../config/model.ts'
import { createSealer, type Sealer } from '../crypto.ts'

export interface Sealers {
  readonly login: Sealer
  readonly logout: Sealer
  readonly tokens: Sealer
  readonly csrf: Sealer
}

/** Makes the sealers from the secrets of the settings; of each, the first secret seals and all open. */
export function createSealers(config: Config): Sealers {
  const { sealingSecrets: secrets, tokenSealingSecrets: ofTokens = [] } = config
  return {
    login: createSealer(secrets, 'login'),
    logout: createSealer(secrets, 'logout'),
    tokens: createSealer([...ofTokens, ...secrets], 'provider tokens'),
    csrf: createSealer(secrets, 'csrf'),
  }
}

/**
 * Whether a text carries something that one of our sealers made, whole or in pieces, also with something around it. It is no one
 * else's business.
 *
 * @param text whatever someone presented
 */
export async function carriesSealed(text: string, sealers: Sealers): Promise<boolean> {
  const each: readonly Sealer[] = Object.values(sealers)
  const known = (await Promise.all(each.map((sealer) => sealer.keyNames()))).flat()
  const named = text.split(/[^\w-]+/).map((part) => headerIn(part)?.kid)
  return known.some(({ kid, header }) => text.includes(header) || named.includes(kid))
}

/** The JSON object that is the header of a JWT or JWE; `null`: it is not one. */
export function headerIn(part: string): Readonly<Record<string, unknown>> | null {
  // How the encoding of a brace begins, and that of blanks before it.
  if (!/^[eICD][\w-]+$/.test(part)) return null
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(base64url.decode(part)),
    )
    return isObject(header) ? header : null
  } catch {
    return null
  }
}
