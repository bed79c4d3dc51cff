/**
 * Gatehouse's own part of the diagnosis: its address, its administrators, its storage.
 */
import { describe, expect, it } from 'vitest'
import {
  administratorsFinding,
  baseUrlFinding,
  type MissingPart,
  type StorageProbe,
  storageFindings,
} from '../../src/diagnosis/checks/own.ts'
import { configWith } from '../support/config-with.ts'

describe('BASE_URL', () => {
  it.each([
    ['https://login.example.org', null, 'pass'],
    ['https://login.example.org', 'https://login.example.org', 'pass'],
    ['http://localhost:8787', null, 'pass'],
    ['http://localhost:8787', 'http://localhost:8787', 'pass'],
    ['http://localhost:8787', 'https://login.example.org', 'fail'],
    ['https://login.example.org', 'https://gatehouse.someone.workers.dev', 'cannot tell'],
    ['https://login.internal', null, 'cannot tell'],
    ['https://intranet', null, 'cannot tell'],
    ['https://192.168.1.5', null, 'cannot tell'],
  ])('%s, asked for at %s: %s', (BASE_URL, seenAt, result) => {
    expect(baseUrlFinding(configWith({ BASE_URL }), seenAt).result).toBe(result)
  })
})

describe('administrators', () => {
  it('may be no one', () => {
    expect(administratorsFinding(configWith({}))).toMatchObject({ result: 'cannot tell' })
  })

  it('are named with a provider that there is', () => {
    expect(administratorsFinding(configWith({ GATEHOUSE_ADMINS: 'default:alice' })).result).toBe('pass')
    expect(administratorsFinding(configWith({ GATEHOUSE_ADMIN_GROUPS: 'staff:operators' }))).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining('staff:operators'),
      fix: expect.stringContaining('default'),
    })
  })
})

describe('storage', () => {
  const good: StorageProbe = {
    missing: async () => [],
    writeDatabase: async () => {},
    writeCache: async () => true,
  }
  const down = () => Promise.reject(new Error('it is down'))
  const results = async (probe: Partial<StorageProbe>) =>
    (await storageFindings({ ...good, ...probe })).map(({ id, result }) => `${id}: ${result}`)

  it.each([
    ['is right', {}, ['database: pass', 'database-write: pass', 'cache: pass']],
    [
      'lacks a migration',
      { missing: async () => [{ name: 'a.b', migration: '0002_x.sql', isListed: false }] },
      ['database: fail', 'database-write: pass', 'cache: pass'],
    ],
    [
      'has a database that is down',
      { missing: down, writeDatabase: down },
      ['database: fail', 'database-write: fail', 'cache: pass'],
    ],
    ['has a cache that is down', { writeCache: down }, ['database: pass', 'database-write: pass', 'cache: fail']],
    [
      'has a cache that lags',
      { writeCache: async () => false },
      ['database: pass', 'database-write: pass', 'cache: cannot tell'],
    ],
  ])('%s', async (_, probe, expected) => {
    expect(await results(probe)).toEqual(expected)
  })

  const fixOf = async (...missing: MissingPart[]) =>
    (await storageFindings({ ...good, missing: async () => missing }))[0]
  const never = { name: 'sessions.x', migration: '0002_x.sql', isListed: false }
  const gone = { name: 'audit', migration: '0001_y.sql', isListed: true }

  it('that was never migrated is to be migrated', async () => {
    expect(await fixOf(never)).toMatchObject({
      seen: 'Missing: sessions.x, made by 0002_x.sql.',
      fix: expect.stringMatching(/^Run npx wrangler d1 migrations apply DB --remote/),
    })
  })

  it('that has lost what a migration made is to be restored, for applying does nothing', async () => {
    const finding = await fixOf(gone)
    expect(finding).toMatchObject({
      seen: 'Missing: audit, made by 0001_y.sql.',
      fix: expect.stringContaining('says that 0001_y.sql was applied, so wrangler d1 migrations apply does not'),
    })
    expect(finding).not.toMatchObject({ fix: expect.stringContaining('Run npx wrangler') })
  })

  it('that has lost something and lacks a migration needs both, in this order', async () => {
    expect(JSON.stringify(await fixOf(gone, never))).toMatch(
      /Undo that.*Then, for 0002_x\.sql: Run npx wrangler d1 migrations apply/,
    )
  })
})
