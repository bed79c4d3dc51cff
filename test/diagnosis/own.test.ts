/**
 * Gatehouse's own part of the diagnosis: its address, its administrators, its storage.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { administratorsFinding, baseUrlFinding, type StorageProbe, storageFindings } from '../../src/diagnosis/own.ts'

const configWith = (settings: Readonly<Record<string, string>>) =>
  loadConfig({
    BASE_URL: 'https://login.example.org',
    GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
    OIDC_OP_URL: 'https://id.example.org',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'secret',
    ...settings,
  }).config

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
  it('may be nobody', () => {
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
    missingMigrations: async () => [],
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
      { missingMigrations: async () => ['0002_x.sql'] },
      ['database: fail', 'database-write: pass', 'cache: pass'],
    ],
    [
      'has a database that is down',
      { missingMigrations: down, writeDatabase: down },
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
})
