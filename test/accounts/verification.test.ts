/**
 * ID token and userinfo may each say whether an address is verified: in no combination is a no lost, or a yes made up.
 */
import { expect, it } from 'vitest'
import { identityOf } from '../../src/accounts/identity.ts'
import { completed } from '../../src/oidc/flows/userinfo.ts'
import { RULES } from '../support/identity-rules.ts'

const ALICE = 'alice@corp.example'
const ADDRESSES = [undefined, null, '', ' ', ALICE, 'Alice@CORP.example', ` ${ALICE}`, 'bob@corp.example', [ALICE], 5]
const SILENCE = [undefined, null]
const YES = [true, 'true']
const NO = [false, 'False', 0, '', [true]]
const ANSWERS = [...SILENCE, ...YES, ...NO]

const SOURCES = ADDRESSES.flatMap((email) => ANSWERS.map((email_verified) => ({ email, email_verified })))
type Source = (typeof SOURCES)[number]

/** Whether a source can mean this address: it has it in some spelling, or none that can be read. */
function isAbout({ email }: Source, address: string): boolean {
  return typeof email !== 'string' || ['', address].includes(email.trim().toLowerCase())
}

const isNo = ({ email_verified }: Source) => NO.some((no) => no === email_verified)
const isYes = ({ email_verified }: Source) => YES.some((yes) => yes === email_verified)

it(`is so for ${SOURCES.length} ID tokens and as many answers of userinfo`, () => {
  const wrong = SOURCES.flatMap((ofIdToken) =>
    SOURCES.filter((userinfo) => {
      const { email, email_verified } = identityOf(completed(ofIdToken, userinfo), RULES)
      if (email === null) return false
      const about = [ofIdToken, userinfo].filter((source) => isAbout(source, email))
      if (about.some(isNo)) return email_verified !== false
      return email_verified === true && !about.some(isYes)
    }).map((userinfo) => [ofIdToken, userinfo]),
  )
  expect(wrong).toEqual([])
})
