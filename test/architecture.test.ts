/**
 * The rules of the house, held against the source: who may import whom, and who may know the outside world.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Imports only go to the left. */
const ROOMS = [
  'reasons',
  'errors',
  'clock',
  'bounded-map',
  'log',
  'crypto',
  'secrets',
  'claims',
  'vendors',
  'config',
  'oidc',
  'accounts',
  'sessions',
  'tokens',
  'issuer',
  'diagnosis',
  'store',
  'pages',
  'deps',
  'routes',
  'rpc',
  'app',
  'index',
]

/** The doors of oidc/: sign-in, tokens, all providers together, and one provider that is examined because something is wrong with it. */
const FRONT_DOORS = [
  'oidc/relying-party.ts',
  'oidc/resource-server.ts',
  'oidc/providers.ts',
  'oidc/examination/examination.ts',
]
/** Pure functions, schemas and constants that have no provider behind them. Types may come from anywhere. */
const OPEN_TO_ALL = [
  'oidc/claims.ts',
  'oidc/unverified-jwt.ts',
  'oidc/flows/end-session.ts',
  'oidc/flows/jarm.ts',
  'oidc/flows/login.ts',
  'oidc/flows/token-answer.ts',
  'oidc/metadata/usable-keys.ts',
  'oidc/transport/lease.ts',
]

interface SourceFile {
  /** Below src/, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  /** Those of the imports that bring types alone. */
  readonly typeImports?: readonly string[]
}

function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      const specifiers = [
        ...text.matchAll(
          /^(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
        ),
      ]
      return {
        path: path.replaceAll('\\', '/'),
        text,
        imports: specifiers.map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? ''),
        typeImports: [...text.matchAll(/^import type\b[^'"]*?from\s*['"]([^'"]+)['"]/gm)].map(([, from]) => from ?? ''),
      }
    })
}

function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.tsx?$/, '')
}

function ownImports({ path, imports }: SourceFile): string[] {
  return belowSource(path, imports)
}

function belowSource(path: string, specifiers: readonly string[]): string[] {
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)).replaceAll('\\', '/'))
}

/** Every breach of the rules, as a sentence. */
function breaches(sources: readonly SourceFile[]): string[] {
  return [
    ...sources.flatMap(wrongImports),
    ...sources.flatMap(barrels),
    ...cycles(sources),
    ...sources.flatMap(outsideWorld),
    ...sources.flatMap(readSentences),
    ...sources.flatMap(namesOfOthers),
  ]
}

function wrongImports(file: SourceFile): string[] {
  const own = ROOMS.indexOf(roomOf(file.path))
  if (own === -1) return [`${file.path} is in no room of the house`]
  const typesFrom = belowSource(file.path, file.typeImports ?? [])
  return ownImports(file).flatMap((imported) => {
    const room = roomOf(imported)
    if (room === 'index') return [`${file.path} imports the entry file`]
    const other = ROOMS.indexOf(room)
    if (other > own) return [`${file.path} imports ${imported}, which is to its right`]
    const isPastFrontDoor =
      room === 'oidc' &&
      roomOf(file.path) !== 'oidc' &&
      ![...FRONT_DOORS, ...OPEN_TO_ALL, ...typesFrom].includes(imported)
    return isPastFrontDoor
      ? [`${file.path} imports ${imported}; the front doors of oidc/ are ${FRONT_DOORS.join(' and ')}`]
      : []
  })
}

/** A file that only hands on what others export. */
function barrels({ path, text }: SourceFile): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const rest = code
    .replace(/^export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*(?:as \w+\s*)?from\s*['"][^'"]+['"];?$/gm, '')
    .trim()
  return rest === '' ? [`${path} is a barrel`] : []
}

function cycles(sources: readonly SourceFile[]): string[] {
  const graph = new Map(sources.map((file) => [file.path, ownImports(file)]))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' > ')}`)
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}

/** What belongs to the outside world, and the rooms that may know it. */
const OWNERS: readonly { what: string; rooms: readonly string[]; pattern: RegExp }[] = [
  { what: 'oauth4webapi', rooms: ['oidc'], pattern: /from\s*['"]oauth4webapi['"]/ },
  { what: 'hono', rooms: ['routes', 'app', 'pages'], pattern: /from\s*['"]hono(?:\/(?!html|jsx)[^'"]*)?['"]/ },
  { what: 'JSX', rooms: ['pages'], pattern: /from\s*['"]hono\/(?:html|jsx)['"]/ },
  { what: 'D1 and KV', rooms: ['store', 'config'], pattern: /\b(?:D1Database|KVNamespace|D1PreparedStatement)\b/ },
  { what: 'the clock', rooms: ['deps'], pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bsetTimeout\(/ },
  { what: 'the network', rooms: ['deps'], pattern: /(?<![.\w])fetch\([^)]*\)(?!\s*\{)/ },
  { what: 'env', rooms: ['config', 'deps', 'index'], pattern: /\benv(?:\.(?!ts\b)|\[)/ },
]

function outsideWorld({ path, text }: SourceFile): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return OWNERS.filter(({ rooms, pattern }) => !rooms.includes(roomOf(path)) && pattern.test(code)).map(
    ({ what, rooms }) => `${path} knows ${what}, which belongs to ${rooms.join(', ')}`,
  )
}

/** Ways to decide by a sentence of ours, or by what stands beside it in the log. */
const DECIDING_BY_SENTENCE: readonly RegExp[] = [
  /\.(?:test|exec)\((?:\w+\.)?(?:message|reason|detail)\b/,
  /\b(?:message|reason|detail(?:\??\.\w+)?)\??\.(?:includes|startsWith|endsWith|match|search|split|indexOf|replace)\(/,
  /\bmessage\s*[!=]==\s*['"`]/,
  /(?<!typeof )\bdetail\??\.\w+\s*(?:[!=]==|\?\?|&&|\|\|)/,
]

/** Messages and `detail` are for people; code asks `code` and `reason`. */
function readSentences({ path, text }: SourceFile): string[] {
  // The words are those of the database, which has no code for it.
  if (path === 'store/probe.ts') return []
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return DECIDING_BY_SENTENCE.some((pattern) => pattern.test(code)) ? [`${path} decides by a sentence`] : []
}

const VARIABLE = /\b(?:OIDC|DJANGO|FRONTEND|OPENTALK|GATEHOUSE|EXTERNAL)_[A-Z]/
const VENDOR = /keycloak|authentik|auth0|\bdex\b|\bentra\b|google|microsoft|\bokta\b|zitadel|cognito|gitlab/i
/** La Suite's button to sign in, which carries this name. */
const WITH_PROCONNECT_BUTTON = /^(?:pages\/|routes\/home|routes\/sign-in\/login-parameters|routes\/apps\/configuration)/

/**
 * Names of the environment belong to config/, and names of vendors to vendors/. The values of OIDC_OP_TYPE and the tables of OpenTalk
 * are in config/; comments may cite a source.
 */
function namesOfOthers({ path, text }: SourceFile): string[] {
  if (['config', 'vendors'].includes(roomOf(path))) return []
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '').replace(/from '[^']*vendors\/[^']*'/g, '')
  return [
    ...(VARIABLE.test(text) ? [`${path} names a variable of the environment; config/names.ts knows them`] : []),
    ...(VENDOR.test(code) ? [`${path} names a vendor`] : []),
    ...(/proconnect/i.test(code) && !WITH_PROCONNECT_BUTTON.test(path) ? [`${path} names a vendor`] : []),
  ]
}

describe('the source', () => {
  it('keeps the rules of the house', () => {
    const sources = readSources(relative(process.cwd(), join(import.meta.dirname, '..', 'src')))
    expect(sources.length).toBeGreaterThan(40)
    expect(breaches(sources)).toEqual([])
  })
})

describe('a breach is found when', () => {
  const file = (path: string, text: string): SourceFile => ({
    path,
    text,
    imports: [...text.matchAll(/from '([^']+)'/g)].map(([, specifier]) => specifier ?? ''),
  })

  it.each([
    [
      'a room imports from its right',
      file('oidc/flows/login.ts', "import { x } from '../../store/d1.ts'\nx()"),
      'to its right',
    ],
    [
      'a room goes past the front door of oidc/',
      file('tokens/jwt.ts', "import { x } from '../oidc/metadata/jwks.ts'\nx()"),
      'front door',
    ],
    ['someone imports the entry file', file('app.ts', "import x from './index.ts'\nx()"), 'entry file'],
    ['a file is in no room', file('helpers/x.ts', 'x()'), 'no room'],
    ['a file only hands on', file('tokens/all.ts', "export * from './jwt.ts'"), 'barrel'],
    [
      'oauth4webapi is used elsewhere',
      file('tokens/jwt.ts', "import * as o from 'oauth4webapi'\no()"),
      'knows oauth4webapi',
    ],
    ['hono is used elsewhere', file('tokens/jwt.ts', "import { Hono } from 'hono'\nHono()"), 'knows hono'],
    ['the database is known elsewhere', file('tokens/jwt.ts', 'const x: D1Database = y'), 'knows D1'],
    ['the clock is read elsewhere', file('tokens/jwt.ts', 'const x = Date.now()'), 'knows the clock'],
    ['the network is used elsewhere', file('tokens/jwt.ts', 'await fetch(x)'), 'knows the network'],
    [
      'a variable is named elsewhere',
      file('tokens/jwt.ts', '/** See OIDC_RP_SCOPES. */'),
      'a variable of the environment',
    ],
    ['a vendor is named elsewhere', file('tokens/jwt.ts', "if (config.type === 'keycloak') x()"), 'names a vendor'],
    ['a pattern is run over a message', file('tokens/jwt.ts', 'if (/alg/.test(error.message)) x()'), 'by a sentence'],
    ['a message is searched', file('tokens/jwt.ts', "if (error.message.includes('alg')) x()"), 'by a sentence'],
    ['a reason is searched', file('diagnosis/x.ts', "reason.split('; missing: ')"), 'by a sentence'],
    ['a message is compared', file('tokens/jwt.ts', "if (error.message === 'no') x()"), 'by a sentence'],
    ['detail decides', file('tokens/jwt.ts', "if (failure.detail.provider_error === 'no') x()"), 'by a sentence'],
    ['the environment is read elsewhere', file('tokens/jwt.ts', 'const x = env.BASE_URL'), 'knows env'],
  ])('%s', (_, source, sentence) => {
    expect(breaches([source]).join('\n')).toContain(sentence)
  })

  it('two files import each other', () => {
    const sources = [
      file('oidc/a.ts', "import { b } from './b.ts'\nb()"),
      file('oidc/b.ts', "import { a } from './a.ts'\na()"),
    ]
    expect(breaches(sources)).toEqual(['a cycle: oidc/a.ts > oidc/b.ts > oidc/a.ts'])
  })
})
