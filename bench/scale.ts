/**
 * `npm run bench:scale`: what operations cost with a thousand and with a million people, and whether the memory of an isolate stays bounded while
 * it checks a million tokens; prints two tables.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import type { Installation } from '../test/support/installation.ts'
import { introspect } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { withInstallation } from './installed.ts'
import { median, workerdProcesses } from './load.ts'

const FEW = 1000
const MANY = 1_000_000
const USAGE = `Usage: npm run bench:scale -- [--people ${MANY}]

Fills the local database with ${FEW} people and as many sessions, measures a sign-in, users/me, a search and the first check of a token, then fills
it with a million and measures again. After that it checks every session token once, over a service binding, and notes the memory of the
server process. It takes about half an hour and a few gigabytes under the folder for temporary files.

  --people  how many there are in the end`

/** Of the statement that fills, so that a batch stays below what D1 takes. */
const ROWS_PER_STATEMENT = 5000
const REPETITIONS = 100
const SIGN_INS = 20
const TOKENS_PER_CALL = 100
const CALLS_AT_ONCE = 8
const SAMPLES = 10

/** Hands the tokens of the body on, and answers how many of them are good. */
const CALLER = `export default {
  async fetch(request, env) {
    const answers = await env.GATE.checkMany(await request.json())
    return new Response(String(answers.filter(({ active }) => active).length))
  },
}`

await runCommand(async () => {
  const values = readOptions({ people: { type: 'string' } }, USAGE)
  const people = wholeNumber('--people', values.people, MANY)
  const options = {
    settings: { ALLOW_UNSECURE_USER_LISTING: 'true', SESSION_COOKIE_AGE: '604800' },
    caller: { script: CALLER, props: { app: 'app' } },
  }
  await withInstallation('src/index.ts', options, async (installation) => {
    const visitor = new Visitor(installation)
    await visitor.signIn('alice')
    await fill(installation, 1, FEW)
    const few = await measure(installation, visitor, FEW)
    console.log(`Filling the database with ${people} people …`)
    await fill(installation, FEW + 1, people)
    const many = await measure(installation, visitor, people)
    for (const [operation, milliseconds] of many) {
      const before = few.get(operation) ?? 0
      const figures = [before, milliseconds].map((figure) => `${figure.toFixed(1)} ms`.padStart(12))
      console.log(`${operation.padEnd(28)}${figures.join('')}${(milliseconds / before).toFixed(2).padStart(10)}`)
    }
    await checkAll(installation, people)
  })
})

/** Made of its number, so that a million of them need not be kept. */
function tokenOf(number: number): string {
  return `gths_${createHash('sha256').update(`token ${number}`).digest('base64url')}`
}

async function fill({ gatehouse, provider }: Installation, first: number, last: number): Promise<void> {
  const { database } = gatehouse
  const now = Math.floor(Date.now() / 1000)
  for (let from = first; from <= last; from += ROWS_PER_STATEMENT) {
    const count = Math.min(ROWS_PER_STATEMENT, last - from + 1)
    const rows = Array.from({ length: count }, (_, index) => {
      const number = from + index
      return [number, createHash('sha256').update(tokenOf(number)).digest('base64url')]
    })
    const json = JSON.stringify(rows)
    await database.batch([
      database
        .prepare(
          `INSERT INTO users (id, issuer, subject, email, email_verified, full_name, x_grp, search_text, created_at, updated_at, last_login_at)
           SELECT 'user-' || (value ->> 0), ?2, 'subject-' || (value ->> 0), 'n' || (value ->> 0) || '@example.org', 1,
             'Person Surname' || (value ->> 0), '["staff"]', 'person surname' || (value ->> 0) || char(10) || 'n' || (value ->> 0) || '@example.org',
             ?3 - 86400, ?3, ?3 FROM json_each(?1)`,
        )
        .bind(json, provider.issuer, now),
      database
        .prepare(
          `INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sub_hash, sid_hash, id_token_iat, amr, sealed_tokens, provider)
           SELECT value ->> 1, 'user-' || (value ->> 0), ?2, ?2, ?2 + 604800, 'sub-' || (value ->> 0), 'sid-' || (value ->> 0), ?2, '[]', 'sealed', 'default'
           FROM json_each(?1)`,
        )
        .bind(json, now),
    ])
  }
}

/** Medians in milliseconds, one request after the other. @param people that there are */
async function measure(
  installation: Installation,
  visitor: Visitor,
  people: number,
): Promise<ReadonlyMap<string, number>> {
  // From the end, so that no token is checked for the second time.
  let next = people
  const searches = ['a name that one has', 'a name that all have', 'the middle of a name']
  const found = [`surname${people}`, 'person', `urname${people}`].map((text) => `${PATHS.users}?q=${text}`)
  return new Map([
    ['callback', await medianOf(SIGN_INS, () => callback(installation))],
    ['users/me', await medianOf(REPETITIONS, () => timed(() => visitor.visit(PATHS.me)))],
    [
      'first check of a session',
      await medianOf(REPETITIONS, () => {
        next -= 1
        return timed(() => introspect(installation, tokenOf(next)))
      }),
    ],
  ])
}

async function callback(installation: Installation): Promise<number> {
  const visitor = new Visitor(installation)
  const answer = await visitor.answerFor('alice')
  return timed(() => visitor.visit(answer))
}

async function timed(work: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now()
  const response = await work()
  const text = await response.text()
  const took = performance.now() - startedAt
  if (response.status >= 400 || text.startsWith('{"active":false'))
    throw new Error(`answered ${response.status}: ${text}`)
  return took
}

async function medianOf(times: number, work: () => Promise<number>): Promise<number> {
  const all: number[] = []
  for (let time = 0; time < times; time += 1) all.push(await work())
  return median(all)
}

async function checkAll({ gatehouse }: Installation, people: number): Promise<void> {
  const [pid = 0] = workerdProcesses()
  console.log(`Checking ${people} tokens …\n${'tokens checked'.padEnd(28)}${'memory'.padStart(12)}`)
  const note = (count: number) =>
    console.log(`${String(count).padEnd(28)}${`${megabytesOf(pid).toFixed(0)} MB`.padStart(12)}`)
  note(0)
  const step = Math.ceil(people / SAMPLES)
  for (let from = 1; from <= people; from += step) {
    const to = Math.min(people, from + step - 1)
    await checkTokens(gatehouse, from, to)
    note(to)
  }
}

async function checkTokens(gatehouse: Installation['gatehouse'], first: number, last: number): Promise<void> {
  let next = first
  const loop = async () => {
    while (next <= last) {
      const from = next
      next += TOKENS_PER_CALL
      const count = Math.min(TOKENS_PER_CALL, last - from + 1)
      const body = JSON.stringify(Array.from({ length: count }, (_, index) => tokenOf(from + index)))
      const answer = await gatehouse.askCaller('/', { method: 'POST', body })
      const good = await answer.text()
      if (good !== String(count)) throw new Error(`of ${count} good tokens, ${good.slice(0, 200)} were good`)
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, loop))
}

function megabytesOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
