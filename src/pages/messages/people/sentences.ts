/**
 * Which sentences the account page and the pages for administrators need; every language has them all.
 */
import type { AuditEvent } from '../../../accounts/audit.ts'
import type { Identity } from '../../../accounts/person.ts'
import type { UserAttributes } from '../../../accounts/scim/resources.ts'

export interface PeopleMessages {
  readonly account: {
    readonly title: string
    readonly dataTitle: string
    readonly dataHint: (provider: string) => string
    readonly download: string
    readonly endOthers: string
  }
  readonly sessions: {
    readonly title: string
    readonly none: string
    readonly thisBrowser: string
    readonly unknownDevice: string
    readonly began: string
    readonly lastUsed: string
    readonly end: string
    readonly cut: (count: number) => string
  }
  readonly data: {
    readonly none: string
    readonly yes: string
    readonly no: string
    readonly members: Readonly<Record<keyof Identity, string>>
    readonly created: string
    readonly lastSignIn: string
  }
  readonly admin: {
    readonly title: string
    readonly users: string
    readonly audit: string
    readonly diagnosis: string
    readonly administrators: string
    readonly administratorsHint: (names: string) => string
  }
  readonly sync: {
    readonly title: string
    readonly never: string
    readonly ran: (time: string, count: number) => string
    readonly completed: (time: string) => string
    readonly failed: (failure: string) => string
    readonly stopped: (leaving: number, count: number) => string
    readonly goOn: string
  }
  readonly users: {
    readonly search: string
    readonly searchHint: string
    readonly all: string
    readonly disabledOnly: string
    readonly none: string
    readonly attemptOf: (reference: string) => string
    readonly attemptWithoutAccount: string
    readonly next: string
    readonly disabled: string
    readonly disabledSince: (time: string) => string
    readonly pushed: (as: Pick<UserAttributes, 'userName' | 'externalId' | 'active'>) => string
    readonly allEvents: string
    readonly nowTitle: string
    readonly nowGood: string
    readonly fix: string
    readonly dataTitle: string
    readonly eventsTitle: string
    readonly changeTitle: string
    readonly own: string
    readonly disable: string
    readonly disableHint: string
    readonly enable: string
    readonly enableHint: string
    readonly endSessions: string
    readonly delete: string
    readonly deleteHint: string
    readonly deleteConfirm: string
  }
  readonly apps: {
    readonly title: string
    readonly hint: string
    readonly none: string
    readonly new: string
    readonly name: string
    readonly audiences: string
    readonly clients: string
    readonly sessions: string
    readonly claims: string
    readonly alg: string
    readonly create: string
    readonly clientId: string
    readonly secret: string
    readonly secretHint: string
    readonly former: string
    readonly keys: string
    readonly save: string
    readonly rotate: string
    readonly rotateHint: string
    readonly endFormer: string
    readonly disableHint: string
    readonly disable: string
    readonly enable: string
    readonly test: string
    readonly testHint: string
    readonly token: string
    readonly ask: string
    readonly reason: string
    readonly taken: string
    readonly whole: string
  }
  readonly audit: {
    readonly person: string
    readonly event: string
    readonly app: string
    readonly from: string
    readonly to: string
    readonly anyEvent: string
    readonly filter: string
    readonly csv: string
    readonly time: string
    /** Before the name of the administrator who did it. */
    readonly by: string
    readonly origin: string
    readonly reference: string
    readonly none: string
    readonly choosePerson: string
    readonly events: Readonly<Record<AuditEvent, string>>
  }
}
