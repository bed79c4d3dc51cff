/**
 * The bindings that tests in workerd have: those of wrangler.toml, and the migrations from vitest.config.ts.
 */
declare namespace Cloudflare {
  interface Env {
    readonly KV: KVNamespace
    readonly DB: D1Database
    readonly GUEST_RATE_LIMIT: RateLimit
    readonly MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}

interface ImportMeta {
  /** Files by their path, as texts. @see https://vite.dev/guide/features#glob-import */
  glob(pattern: string, options: { query: '?raw'; import: 'default'; eager: true }): Readonly<Record<string, string>>
}
