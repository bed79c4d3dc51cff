/**
 * The sentences of the account page and of the pages for administrators, in English; the other languages have the same members.
 */
import type { AuditEvent } from '../../../accounts/audit.ts'
import type { Identity } from '../../../accounts/person.ts'

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
    readonly allEvents: string
    readonly nowTitle: string
    readonly nowGood: string
    readonly fix: string
    readonly dataTitle: string
    readonly eventsTitle: string
    readonly noEvents: string
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

export const people: PeopleMessages = {
  account: {
    title: 'My account',
    dataTitle: 'What is stored about you',
    dataHint: (provider) =>
      `As ${provider} last said it. What is wrong must be corrected there; it arrives here with your next sign-in.`,
    download: 'Download my data (JSON)',
    endOthers: 'End all others',
  },
  sessions: {
    title: 'Signed in',
    none: 'Not signed in anywhere.',
    thisBrowser: 'This browser',
    unknownDevice: 'Unknown browser',
    began: 'since',
    lastUsed: 'last used',
    end: 'End',
    cut: (count) => `The newest ${count} are shown.`,
  },
  data: {
    none: 'not known',
    yes: 'yes',
    no: 'no',
    members: {
      email: 'E-mail address',
      email_verified: 'E-mail address verified',
      given_name: 'Given name',
      family_name: 'Family name',
      name: 'Name',
      preferred_username: 'User name',
      nickname: 'Nickname',
      phone_number: 'Telephone number',
      tenant_id: 'Tenant',
      tariff_id: 'Tariff',
      tariff_status: 'Status of the tariff',
      x_grp: 'Groups',
      picture: 'Picture',
      locale: 'Language',
      zoneinfo: 'Time zone',
      full_name: 'Full name',
      short_name: 'Short name',
      siret: 'Organisation (SIRET)',
      idp_id: 'Sign-in service behind ProConnect',
    },
    created: 'First sign-in',
    lastSignIn: 'Last sign-in',
  },
  admin: {
    title: 'Administration',
    users: 'People',
    audit: 'Audit',
    diagnosis: 'Diagnosis',
    administrators: 'Administrators',
    administratorsHint: (names) =>
      `As the settings say (${names}): the id of a provider, a colon, and a subject or a group there.`,
  },
  sync: {
    title: 'Account sync',
    never: 'Has not run yet.',
    ran: (time, count) => `Last run: ${time}, ${count} people looked at.`,
    completed: (time) => `Everyone was last looked at by ${time}.`,
    failed: (failure) =>
      `The last run failed (${failure}) and changed nothing. The log says more (account_sync_failed).`,
    stopped: (leaving, count) =>
      `Stopped: of ${count} people that the last run looked at, ${leaving} would be disabled. No one was. If the provider is right, let it go on; otherwise look at the provider first.`,
    goOn: 'Let it go on',
  },
  users: {
    search: 'Search',
    searchHint: 'Name, e-mail address, id, or the reference of an error page',
    all: 'All',
    disabledOnly: 'Disabled',
    none: 'No one was found.',
    attemptOf: (reference) => `The sign-in with the reference ${reference}`,
    attemptWithoutAccount: 'There is no account of this person here.',
    next: 'Next page',
    disabled: 'disabled',
    disabledSince: (time) => `Disabled since ${time}`,
    allEvents: 'All events of this person',
    nowTitle: 'If this person signed in now',
    nowGood: 'Nothing here would keep them out. The rest is for their sign-in service to decide.',
    fix: 'What to do:',
    dataTitle: 'What is known',
    eventsTitle: 'What happened last',
    noEvents: 'Nothing is recorded.',
    changeTitle: 'Change',
    own: 'This is your own account. Only another administrator can disable or delete it.',
    disable: 'Disable',
    disableHint:
      'They are let in no more, every session ends, and no access token of theirs is good. Everything that is known stays.',
    enable: 'Enable',
    enableHint: 'They may sign in again.',
    endSessions: 'End all sessions',
    delete: 'Delete',
    deleteHint:
      'The account, every claim and every session go, for good. If their sign-in service lets them in, they get a new account.',
    deleteConfirm: 'Yes, delete this person',
  },
  apps: {
    title: 'Apps',
    hint: 'Apps that may ask whether a token is good, and whose it is.',
    none: 'There is no app yet.',
    new: 'New app',
    name: 'Name',
    audiences: 'Audiences (one on a line): tokens that are meant for them',
    clients: 'Clients (one on a line): tokens that they got; without both, tokens meant for Gatehouse',
    sessions: 'May ask about sessions and guests',
    claims: 'Is told of people',
    alg: 'Signed answers',
    create: 'Create',
    clientId: 'Client id',
    secret: 'Secret',
    secretHint: 'The secret is stored as a hash only and cannot be shown again.',
    former: 'The former secret is still good. End it when the app uses the new one.',
    keys: 'It signs its requests with a key of its own, and has no secret.',
    save: 'Save',
    rotate: 'New secret',
    rotateHint: 'The secret that the app has stays good until you end it.',
    endFormer: 'End the former secret',
    disableHint: 'An app that is disabled may ask nothing.',
    disable: 'Disable',
    enable: 'Enable',
    test: 'Test a token',
    testHint: 'What this app is told of a token. The token is not kept.',
    token: 'Token',
    ask: 'Ask',
    reason: 'Why it is not active, which the app is not told:',
    taken: 'There is already an app of this name. Letter case does not count.',
    whole: 'Apps are of all tenants, so no administrator of one sees them.',
  },
  audit: {
    person: 'Person (id)',
    event: 'Event',
    app: 'App',
    from: 'From',
    to: 'To',
    anyEvent: 'Any',
    filter: 'Filter',
    csv: 'Download as CSV',
    time: 'Time',
    by: 'by',
    origin: 'From',
    reference: 'Reference',
    none: 'Nothing is recorded.',
    choosePerson: 'Tenants are kept apart here: choose a person first, and follow “All events of this person”.',
    events: {
      sign_in: 'Signed in',
      email_match: 'Account found by e-mail address',
      sign_in_refused: 'Sign-in refused',
      sign_out: 'Signed out',
      sign_out_everywhere: 'Signed out on all devices',
      backchannel_logout: 'Signed out by the sign-in service',
      frontchannel_logout: 'Signed out at the sign-in service',
      session_ended: 'Session ended',
      user_disabled: 'Disabled',
      user_enabled: 'Enabled',
      user_deleted: 'Deleted',
      sync_continued: 'Account sync let go on',
      app_created: 'App created',
      app_changed: 'App changed',
      secret_rotated: 'New secret',
      former_secret_ended: 'Former secret ended',
      app_disabled: 'App disabled',
      app_enabled: 'App enabled',
    },
  },
}
