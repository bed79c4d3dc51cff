/**
 * The kinds of value that name organisations at a provider that serves many; knows no setting by name.
 */
import * as v from 'valibot'
import { TENANT_ID } from '../../vendors/entra/issuers.ts'
import { type Kind, present, words } from './kinds.ts'

/** Names for more than one tenant, and for that of all personal accounts. */
const TENANT_NAMES = ['organizations', 'common', 'consumers']

/** A tenant of Microsoft Entra ID. A domain name will not do: the issuer has the id, whatever the address was asked by. */
export const tenant: Kind<string> = {
  label: 'tenant id',
  schema: v.pipe(
    present,
    v.toLowerCase(),
    v.check(
      (value) => TENANT_NAMES.includes(value) || TENANT_ID.test(value),
      'must be the directory (tenant) id, a GUID, or organizations, common or consumers',
    ),
  ),
}

/** Tenants of Microsoft Entra ID by their ids, or all of them. */
export const tenants: Kind<readonly string[]> = {
  label: 'tenant ids, separated by blanks, or *',
  schema: v.pipe(
    lowerCaseWords(),
    v.check(
      (list) => list.every((entry) => entry === '*' || TENANT_ID.test(entry)),
      'must be directory (tenant) ids, GUIDs, or *',
    ),
    v.readonly(),
  ),
}

/** Domains, as in the part of an address after the @. */
export const domains: Kind<readonly string[]> = {
  label: 'domains, separated by blanks',
  schema: v.pipe(
    lowerCaseWords(),
    v.check(
      (list) => list.every((entry) => /^(?:[a-z\d-]+\.)+[a-z\d-]+$/.test(entry)),
      'must be domains, such as example.org',
    ),
    v.readonly(),
  ),
}

function lowerCaseWords() {
  return v.pipe(
    words.schema,
    v.transform((list) => list.map((entry) => entry.toLowerCase())),
  )
}
