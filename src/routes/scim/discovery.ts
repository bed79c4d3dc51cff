/**
 * What Gatehouse can do with SCIM, as its clients ask for it: /scim/v2/ServiceProviderConfig, ResourceTypes and Schemas.
 */
import { Hono } from 'hono'
import { FILTERED_MAX, PAGE_MAX } from '../../accounts/scim/queries.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from '../../accounts/scim/resources.ts'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import type { RequestVariables } from '../http/context.ts'
import { noRoute } from '../http/errors.ts'
import { PATHS } from '../paths.ts'
import { answerJson, answerList, type Shown } from './answers.ts'
import { pushingProvider, unknownResource } from './requests.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'

const ALL = { only: null, without: [] }

/** @see RFC 7644 section 4, RFC 7643 sections 5 to 7 */
export function scimDiscoveryRoutes(deps: Deps) {
  const { baseUrl } = deps.config
  const app = new Hono<RequestVariables>()
  const kinds = [
    { path: PATHS.scimResourceTypes, resources: resourceTypes(baseUrl) },
    { path: PATHS.scimSchemas, resources: schemas(baseUrl) },
  ]

  app.get(PATHS.scimConfig, async (c) => {
    await pushingProvider(c, deps)
    return answerJson(c, serviceProviderConfig(baseUrl))
  })
  app.all(PATHS.scimConfig, (c) => {
    throw noRoute(c, ['GET', 'HEAD'])
  })

  for (const { path, resources } of kinds) {
    app.get(path, async (c) => {
      await pushingProvider(c, deps)
      return answerList(c, { total: resources.length, startIndex: 1, resources }, ALL)
    })
    app.get(`${path}/:id`, async (c) => {
      await pushingProvider(c, deps)
      const found = resources.find(({ id }) => id === c.req.param('id'))
      if (found === undefined) throw unknownResource()
      return answerJson(c, found)
    })
    for (const one of [path, `${path}/:id`]) {
      app.all(one, (c) => {
        throw noRoute(c, ['GET', 'HEAD'])
      })
    }
  }
  return app
}

function serviceProviderConfig(baseUrl: string): object {
  return {
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: Math.min(PAGE_MAX, FILTERED_MAX) },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: false },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: `The token of the setting ${nameOf('scimTokens')}`,
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}${PATHS.scimConfig}` },
  }
}

type Named = Shown & { readonly id: string }

function resourceTypes(baseUrl: string): readonly Named[] {
  const one = (id: string, schema: string): Named => ({
    schemas: [`${CORE}:ResourceType`],
    id,
    name: id,
    endpoint: `/${id}s`,
    schema,
    meta: { resourceType: 'ResourceType', location: `${baseUrl}${PATHS.scimResourceTypes}/${id}` },
  })
  return [one('User', USER_SCHEMA), one('Group', GROUP_SCHEMA)]
}

interface Characteristics {
  readonly type?: 'string' | 'boolean' | 'complex' | 'reference'
  readonly multiValued?: boolean
  readonly required?: boolean
  readonly caseExact?: boolean
  readonly mutability?: 'readWrite' | 'immutable' | 'readOnly'
  readonly uniqueness?: 'none' | 'server'
  readonly referenceTypes?: readonly string[]
  readonly canonicalValues?: readonly string[]
  readonly subAttributes?: readonly object[]
}

function attribute(name: string, description: string, of: Characteristics = {}): object {
  const usual = { type: 'string', multiValued: false, required: false, caseExact: false, mutability: 'readWrite' }
  return { name, description, ...usual, returned: 'default', uniqueness: 'none', ...of }
}

const USER_PARTS = [
  attribute('userName', 'What the person signs in as', { required: true, uniqueness: 'server' }),
  attribute('externalId', 'What a claim of the sign-in says of the same person', {
    required: true,
    caseExact: true,
    uniqueness: 'server',
  }),
  attribute('active', 'Whether the person may sign in', { type: 'boolean' }),
  attribute('displayName', 'What the person is called'),
  attribute('name', 'The name in its parts', {
    type: 'complex',
    subAttributes: [
      attribute('formatted', 'The whole name'),
      attribute('familyName', 'The family name'),
      attribute('givenName', 'The given name'),
    ],
  }),
  attribute('emails', 'E-mail addresses', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The address'),
      attribute('type', 'Such as work'),
      attribute('primary', 'Whether it is the first choice', { type: 'boolean' }),
    ],
  }),
]

const GROUP_PARTS = [
  attribute('displayName', 'What the group is called here', { required: true, uniqueness: 'server' }),
  attribute('externalId', 'What the provider calls the group', { caseExact: true, uniqueness: 'server' }),
  attribute('members', 'The people in the group', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The id of a user', { caseExact: true, mutability: 'immutable' }),
      attribute('type', 'User', { mutability: 'immutable', canonicalValues: ['User'] }),
      attribute('$ref', 'The address of the user', {
        type: 'reference',
        caseExact: true,
        mutability: 'immutable',
        referenceTypes: ['User'],
      }),
    ],
  }),
]

function schemas(baseUrl: string): readonly Named[] {
  const one = (id: string, name: string, description: string, attributes: readonly object[]): Named => ({
    schemas: [`${CORE}:Schema`],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: 'Schema', location: `${baseUrl}${PATHS.scimSchemas}/${id}` },
  })
  return [
    one(USER_SCHEMA, 'User', 'A person', USER_PARTS),
    one(GROUP_SCHEMA, 'Group', 'A group of people', GROUP_PARTS),
  ]
}
