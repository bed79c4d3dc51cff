/**
 * Gatehouse's own signing keys in D1, the private halves sealed; which of them signs is decided in `issuer/`.
 */
import * as v from 'valibot'
import { SIGNING_ALGORITHMS } from '../accounts/apps.ts'
import type { SigningKeyStore } from '../issuer/signing-keys.ts'
import { type Database, roundTrip } from './d1.ts'

const ALL =
  'SELECT kid, algorithm, public_jwk, sealed_private_jwk, created_at FROM signing_keys ORDER BY created_at DESC'

const ADD = `INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, created_at)
  SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE algorithm = ?2 AND created_at > ?6)`

const keyRows = v.array(
  v.object({
    kid: v.string(),
    algorithm: v.picklist(SIGNING_ALGORITHMS),
    public_jwk: v.pipe(v.string(), v.parseJson(), v.looseObject({ kty: v.string() })),
    sealed_private_jwk: v.string(),
    created_at: v.number(),
  }),
)

export function createSigningKeyStore(db: Database): SigningKeyStore {
  return {
    async all() {
      const { results } = await roundTrip(() => db.prepare(ALL).all())
      return v.parse(keyRows, results).map(({ kid, algorithm, public_jwk, sealed_private_jwk, created_at }) => ({
        kid,
        algorithm,
        publicJwk: public_jwk,
        sealedPrivateJwk: sealed_private_jwk,
        createdAt: created_at,
      }))
    },

    async add({ kid, algorithm, publicJwk, sealedPrivateJwk, createdAt }, unlessMadeAfter) {
      const values = [kid, algorithm, JSON.stringify(publicJwk), sealedPrivateJwk, createdAt, unlessMadeAfter]
      await roundTrip(() =>
        db
          .prepare(ADD)
          .bind(...values)
          .run(),
      )
    },

    async removeMadeBefore(time) {
      await roundTrip(() => db.prepare('DELETE FROM signing_keys WHERE created_at < ?1').bind(time).run())
    },
  }
}
