/**
 * `npm run bench:scale`: what operations cost with a thousand and with a million people, and whether the memory of an isolate stays bounded while
 * it checks a million tokens; prints two tables.
 */
import { readFileSync } from 'node:fs'
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import { GATEHOUSE_ADMINISTRATOR } from '../dev/provider/people.ts'
import { freePort } from '../test/support/gatehouse.ts'
import type { Installation } from '../test/support/installation.ts'
import { introspect } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { endure } from './endure.ts'
import { heapMegabytesOf } from './heap.ts'
import { withInstallation } from './installed.ts'
import { median, workerdProcesses } from './load.ts'
import { fill, tokenOf } from './people.ts'

const FEW = 1000
const MANY = 1_000_000
const MINUTES = 10
const USAGE = `Usage: npm run bench:scale -- [--people ${MANY}] [--minutes ${MINUTES}]

Fills the local database with ${FEW} people, as many sessions and ten times as many rows of the audit, measures a sign-in, users/me, searches, the first
check of a token and the pages of people and administrators, then fills it with a million and measures again. After that it checks every session token once, over a service binding, and notes the memory of the
isolate's objects and of the server process. At last it does with so many people what bench:endurance does. It takes about fifty minutes, and a few gigabytes under the folder
for temporary files.

  --people      how many there are in the end
  --minutes     how long the endurance takes
  --only-times  measures the times, and neither memory nor endurance`

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
  const values = readOptions(
    {
      people: { type: 'string' },
      minutes: { type: 'string' },
      'only-times': { type: 'boolean', default: false },
    },
    USAGE,
  )
  const people = wholeNumber('--people', values.people, MANY)
  const periods = wholeNumber('--minutes', values.minutes, MINUTES)
  const inspectorPort = await freePort()
  const options = {
    inspectorPort,
    settings: {
      ALLOW_UNSECURE_USER_LISTING: 'true',
      SESSION_COOKIE_AGE: '604800',
      GATEHOUSE_ADMINS: `default:${GATEHOUSE_ADMINISTRATOR.subject}`,
    },
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
    if (!values['only-times']) await checkAll(installation, people, inspectorPort)
  })
  if (!values['only-times']) await endure(periods, (installation) => fill(installation, 1, people))
})

/** Medians in milliseconds, one request after the other. @param people that there are */
async function measure(
  installation: Installation,
  visitor: Visitor,
  people: number,
): Promise<ReadonlyMap<string, number>> {
  // From the end, so that no token is checked for the second time.
  let next = people
  const search = (text: string) => medianOf(SIGN_INS, () => timed(() => visitor.visit(`${PATHS.users}?q=${text}`)))
  return new Map([
    ['callback', await medianOf(SIGN_INS, () => callback(installation))],
    ['users/me', await medianOf(REPETITIONS, () => timed(() => visitor.visit(PATHS.me)))],
    ['search by a name of one', await search(`surname${people}`)],
    ['search by a name of all', await search('person')],
    ['search by half a word', await search(`urname${people}`)],
    ...(await pages(visitor, people)),
    [
      'first check of a session',
      await medianOf(REPETITIONS, () => {
        next -= 1
        return timed(() => introspect(installation, tokenOf(next)))
      }),
    ],
  ])
}

/** The account page and the pages for administrators, of which alice is one. */
async function pages(visitor: Visitor, people: number): Promise<readonly (readonly [string, number])[]> {
  const me = await visitor.whoAmI()
  const before = Math.floor(Date.now() / 1000) - 5_000_000
  const paths = {
    'account page': PATHS.account,
    'list of people': PATHS.adminUsers,
    'list of people, half way': `${PATHS.adminUsers}?before=0.${Math.floor(people / 2)}`,
    'list of disabled people': `${PATHS.adminUsers}?disabled=1`,
    'search of administrators': `${PATHS.adminUsers}?q=surname${people}`,
    'page of a person': `${PATHS.adminUser}?id=${me?.id}`,
    audit: PATHS.adminAudit,
    'audit, half way': `${PATHS.adminAudit}?before=${before}.1`,
    'audit of a person': `${PATHS.adminAudit}?person=user-${people}`,
    'audit of an event': `${PATHS.adminAudit}?event=sign_in_refused`,
    'attempt by its reference': `${PATHS.adminUsers}?q=abcdefghij`,
  }
  const measured: (readonly [string, number])[] = []
  for (const [name, path] of Object.entries(paths)) {
    measured.push([name, await medianOf(SIGN_INS, () => timed(() => visitor.visit(path)))])
  }
  return measured
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

/** The objects of the isolate are to be bounded; the process has the database and two more isolates in it. */
async function checkAll({ gatehouse }: Installation, people: number, inspectorPort: number): Promise<void> {
  const [pid = 0] = workerdProcesses()
  console.log(`Checking ${people} tokens …`)
  const note = async (count: number) => {
    const [heap, process] = [
      await heapMegabytesOf(inspectorPort, 'first', () => fetch(`${gatehouse.baseUrl}/ping`)),
      megabytesOf(pid),
    ]
    const cells = [`${heap.toFixed(1)} MB`, `${process.toFixed(0)} MB`].map((cell) => cell.padStart(12))
    console.log(`${`after ${count} tokens`.padEnd(28)}${cells.join('')}`)
  }
  await note(0)
  const step = Math.ceil(people / SAMPLES)
  for (let from = 1; from <= people; from += step) {
    const to = Math.min(people, from + step - 1)
    await checkTokens(gatehouse, from, to)
    await note(to)
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
