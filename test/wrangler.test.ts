/**
 * wrangler.toml: what Cloudflare writes about requests has no codes and states in it; held against wrangler's own list of keys.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { experimental_readRawConfig as readRawConfig } from 'wrangler'

const { rawConfig } = readRawConfig({ config: 'wrangler.toml' })

it('Workers Logs get no query strings, and no line for each request', () => {
  expect(rawConfig.observability).toMatchObject({
    enabled: true,
    redact_query_string: true,
    logs: { enabled: true, invocation_logs: false },
  })
})

it('the keys by which that is said are known to this version of wrangler', () => {
  const schema = JSON.parse(readFileSync('node_modules/wrangler/config-schema.json', 'utf8'))
  const { properties } = schema.definitions.Observability
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(rawConfig.observability ?? {})))
  expect(Object.keys(properties.logs.properties)).toEqual(
    expect.arrayContaining(Object.keys(rawConfig.observability?.logs ?? {})),
  )
})
