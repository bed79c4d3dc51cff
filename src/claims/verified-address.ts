/**
 * Whether a provider says that an e-mail address is verified (yes, no or nothing), and how two of its answers about one address combine.
 */
import { isEmpty } from './claim-values.ts'

/** Claims that say it, and the values that clearly mean yes. Google and Cognito have sent the word, and Microsoft all four of its own. */
const YES = {
  email_verified: [true, 'true'],
  xms_edov: [true, 'true', 1, '1'],
} as const satisfies Readonly<Record<string, readonly unknown[]>>

export type VerificationClaim = keyof typeof YES

type PersonClaims = Readonly<Record<string, unknown>>

/**
 * Reads one of the claims. Only an absent claim and null say nothing: a value that is not clearly a yes is a no, because a yes may give
 * an account away.
 *
 * @returns `null`: the provider does not say
 */
export function verificationOf(claims: PersonClaims, name: VerificationClaim): boolean | null {
  const value = claims[name]
  if (value === undefined || value === null) return null
  return YES[name].some((yes) => yes === value)
}

/**
 * An address in the one spelling in which addresses are compared: lower case. A letter that is only another way of writing its
 * small letter, such as the Kelvin sign for k, stays as it is, because someone else may have the address that it looks like.
 */
export function foldedAddress(address: string): string {
  return [...address].map(foldedLetter).join('')
}

function foldedLetter(letter: string): string {
  const small = letter.toLowerCase()
  return small.toUpperCase() === letter ? small : letter
}

/**
 * The verification claims of an ID token and of userinfo together. A no of either stays a no, unless userinfo speaks of another address
 * and says yes to that one. A yes counts only for the address that it was said about.
 */
export function combinedVerification(ofIdToken: PersonClaims, userinfo: PersonClaims): PersonClaims {
  const names = Object.keys(YES) as VerificationClaim[] // the record has exactly these names
  const [one, other] = [addressIn(ofIdToken), addressIn(userinfo)]
  // Userinfo without an address is about the one in the ID token.
  const isSame = isEmpty(userinfo.email) || (one !== null && one === other)
  // An ID token without an address that can be read may mean the one in userinfo.
  const isOther = !isSame && one !== null
  const combined = names.map((name) => {
    const [first, second] = [verificationOf(ofIdToken, name), verificationOf(userinfo, name)]
    const isNo = second === false || (first === false && !(isOther && second))
    return [name, isNo ? false : (second ?? (isSame ? first : null))] as const
  })
  return Object.fromEntries(combined.filter(([, value]) => value !== null))
}

/** `null`: there is none that can be read. */
function addressIn({ email }: PersonClaims): string | null {
  const address = typeof email === 'string' ? foldedAddress(email.trim()) : ''
  return address === '' ? null : address
}
