/**
 * Every fault that the hostile provider can have, by name; each kind has its table in `faults/`.
 *
 * A name that stands in two tables is one fault that shows in two places. Names without prefix are those of the conformance suite
 * of the OpenID Foundation, where it has the case.
 */
import type { answerFaults } from './faults/answer.ts'
import type { BadAnswer } from './faults/bad-answers.ts'
import type { endSessionFaults } from './faults/end-session.ts'
import type { idTokenFaults } from './faults/id-token.ts'
import type { jwksFaults } from './faults/jwks.ts'
import type { logoutTokenFaults } from './faults/logout-token.ts'
import type { metadataFaults } from './faults/metadata.ts'
import type { SignedAnswerFault } from './faults/signed-answer.ts'
import type { tokenAnswerFaults } from './faults/token-answer.ts'
import type { userinfoFaults } from './faults/userinfo.ts'

export type IdTokenFault = keyof typeof idTokenFaults

export type Fault =
  | keyof typeof metadataFaults
  | keyof typeof answerFaults
  | keyof typeof tokenAnswerFaults
  | IdTokenFault
  | keyof typeof userinfoFaults
  | keyof typeof jwksFaults
  | keyof typeof endSessionFaults
  | keyof typeof logoutTokenFaults
  | SignedAnswerFault
  | BadAnswer
  | WholeProvider

/**
 * `down`: every call fails. `form-in-spite-of-prompt-none`: its form for whoever comes without a person; people fill it in at once.
 * `slow`: every call hangs. `signing-key-rotation-just-before-signing`: new keys at the last moment.
 */
export type WholeProvider =
  | 'down'
  | 'slow'
  | 'form-in-spite-of-prompt-none'
  | 'signing-key-rotation-just-before-signing'
