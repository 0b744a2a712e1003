/** Every request that there is refuses every body that is not of its shape, and does nothing. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REQUEST_NAMES, type RequestName } from '../../../core/contract/index.js'
import type { Engine } from '../../../core/engine/engine.js'
import { openEngine } from '../../../core/engine/open.js'
import { PLAIN_KEYS } from '../../../core/engine/plain-keys.js'
import { SCHEMAS } from '../../../core/engine/requests/schemas.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { broken, fitting } from '../../helpers/schema-values.js'

let folder: string
let engine: Engine

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-schemas-'))
  engine = valueOf(await openEngine({ folder, keys: PLAIN_KEYS, appVersion: '0', network: { mode: 'off' } }))
})

afterAll(async () => {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
})

const schemaOf = (name: RequestName) => SCHEMAS[name] as v.GenericSchema

describe.each(REQUEST_NAMES)('the request %s', (name) => {
  it('takes what is of its shape', () => {
    fc.assert(
      fc.property(fitting(schemaOf(name)), (body) => {
        expect(v.safeParse(schemaOf(name), body).issues ?? []).toEqual([])
      }),
      { numRuns: 30 }
    )
  })

  it.each([[[]], [null], [undefined], [1], ['x']])('refuses %j, which is no object', async (body) => {
    expect(codeOf(await engine.request(name, body))).toBe('BAD_REQUEST')
  })

  it('refuses what is wrong in one place, and says where', async () => {
    await fc.assert(
      fc.asyncProperty(broken(schemaOf(name)), async (body) => {
        const outcome = await engine.request(name, body)
        expect(codeOf(outcome)).toBe('BAD_REQUEST')
        expect(outcome).toMatchObject({ error: { details: { request: name } } })
      }),
      { numRuns: 80 }
    )
  })
})

describe('a request that there is not', () => {
  it('is refused, whatever it is called', async () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('constructor', '__proto__', 'toString', 'books ', 'Books')
    )
    await fc.assert(
      fc.asyncProperty(names, fc.anything(), async (name, body) => {
        fc.pre(!(REQUEST_NAMES as readonly string[]).includes(name))
        expect(codeOf(await engine.request(name, body))).toBe('BAD_REQUEST')
      })
    )
  })
})

it('nothing of all this was done', async () => {
  expect(await engine.request('books', {})).toEqual({ ok: true, value: [] })
  expect(await readdir(folder)).not.toContain('books')
})
