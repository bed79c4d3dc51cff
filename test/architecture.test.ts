/**
 * The rules of the house, held against the source: who may import whom, and who may know the outside world.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Imports only go to the left. */
const ROOMS = [
  'errors',
  'clock',
  'log',
  'crypto',
  'config',
  'oidc',
  'accounts',
  'tokens',
  'diagnosis',
  'store',
  'pages',
  'deps',
  'routes',
  'app',
  'index',
]

/** One provider, all of them together, and one that is looked at because something is wrong with it. */
const FRONT_DOORS = ['oidc/provider.ts', 'oidc/providers.ts', 'oidc/examination.ts']

interface SourceFile {
  /** Below src/, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
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
      }
    })
}

function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.tsx?$/, '')
}

function ownImports({ path, imports }: SourceFile): string[] {
  return imports
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
  ]
}

function wrongImports(file: SourceFile): string[] {
  const own = ROOMS.indexOf(roomOf(file.path))
  if (own === -1) return [`${file.path} is in no room of the house`]
  return ownImports(file).flatMap((imported) => {
    const room = roomOf(imported)
    if (room === 'index') return [`${file.path} imports the entry file`]
    const other = ROOMS.indexOf(room)
    if (other > own) return [`${file.path} imports ${imported}, which is to its right`]
    const isPastFrontDoor = room === 'oidc' && roomOf(file.path) !== 'oidc' && !FRONT_DOORS.includes(imported)
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
    ['a room imports from its right', file('oidc/login.ts', "import { x } from '../store/d1.ts'\nx()"), 'to its right'],
    [
      'a room goes past the front door of oidc/',
      file('tokens/jwt.ts', "import { x } from '../oidc/jwks.ts'\nx()"),
      'front door',
    ],
    ['somebody imports the entry file', file('app.ts', "import x from './index.ts'\nx()"), 'entry file'],
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
