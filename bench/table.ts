/**
 * The document of the costs, from what was measured.
 */
import type { Measured } from './measure.ts'

const HEAD = `# What each operation costs

Counted, not timed, by \`npm run costs\`: the built Worker in workerd with a real database, a real cache and a real provider, counters on
its bindings and on its network. Anyone gets the same numbers. A test fails when this page no longer says what is measured.

A D1 round trip is one call to the database; a batch of statements is one. "Cold isolate": its memory is empty, the cache is filled.

| operation | KV reads | KV writes | D1 round trips | D1 rows read | D1 rows written | provider calls |
|---|---|---|---|---|---|---|
`

const NOTES = `
- **Login start** never asks the database, so no one can fill a table by asking to sign in. It asks the provider for its keys when
  nothing was heard of it for 2 seconds: a person who is sent to a dead provider sees an error of the browser and no page of ours. The
  keys are kept, so the callback does not ask for them again; an isolate that knew none reads KV for them here instead of there.
- **Callback** is one statement that takes the attempt (it asks and marks at once, so that no code is redeemed twice), and one batch
  that writes user, session and audit row, all or nothing. A callback that belongs to no attempt is one read. Looking for an account by
  its address, or letting no one in who is not known, happens in that batch, too, and is no further round trip. The first sign-in
  with the current settings notes in KV that they work; each isolate reads that once.
- **JWT and session checks** of a token that the isolate knows ask no one. One that it sees for the first time costs one read of D1, in which the
  revocation feed comes along: the session, or whether the provider has ended the JWT. An app is remembered until it changes, keys and
  metadata for an hour. A key that is not known costs a read of KV and a call;
  \`npm run bench:rotation\` changes the keys every 5 seconds.
- **The revocation feed** is read every three seconds at most by an isolate that is asked about tokens, after the answer, so that no check waits
  for it. The last line is such a pull together with a check of a session that is known, which costs nothing itself.
- **Opaque token check** asks the provider once a minute and isolate for a good token, every 10 seconds for a bad one. With
  OIDC_OP_INTROSPECT_JWT a JWT check makes this call, too.
- **Refresh** is the look at the session, the right to refresh it, which one request takes, and one batch that writes the tokens and reads
  the session again. The row of the person is written only when the provider says something new of them.
- **Sign-out** counts the page with the button and the press of it. The call to the provider gives back the refresh token.
- **Back-channel logout** is one batch: audit rows, sessions and the token itself, all or nothing.
- **A refused sign-in** is one more batch: the note of it for the diagnosis, and the end of the oldest note when there are a hundred. **The
  diagnosis** asks each provider about ten times, but an isolate at most once in 20 seconds.
- Rows written include the entries of the indexes.
`

/** The whole page. */
export function costsDocument(measured: readonly Measured[]): string {
  const rows = measured.map(({ operation, costs }) => {
    const { kvReads, kvWrites, d1RoundTrips, d1RowsRead, d1RowsWritten, providerCalls } = costs
    return `| ${[operation, kvReads, kvWrites, d1RoundTrips, d1RowsRead, d1RowsWritten, providerCalls].join(' | ')} |`
  })
  return `${HEAD}${rows.join('\n')}\n${NOTES}`
}
