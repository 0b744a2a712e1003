/**
 * A page that was taken over asks for what is well-formed and absurd: ids of something else, dates that there are not, the
 * largest numbers, texts of nothing and of everything. Each request there is is answered or refused, never with INTERNAL,
 * and the engine goes on.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import type * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES, REQUEST_NAMES, type RequestName, type RequestOf } from '../../core/contract/index.js'
import { SCHEMAS } from '../../core/engine/requests/schemas.js'
import { absurd, type Known } from '../helpers/absurd-values.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { link } from '../helpers/linking.js'

/** These take away what the others are asked of, so they come last; each stretches a passphrase or makes a file. */
const LAST: readonly RequestName[] = [
  ...(['setRole', 'removeMember', 'revokeDevice', 'forgetBook', 'changeSettings'] as const),
  ...(['setPassphrase', 'removePassphrase', 'unlock', 'lock'] as const)
]
const FEW: Partial<Record<RequestName, number>> = {
  setPassphrase: 2,
  removePassphrase: 3,
  unlock: 3,
  backup: 4,
  changeSettings: 15,
  createBook: 12,
  createSampleBook: 2
}
const RUNS = 40

let folder: string
let world: World
let ana: Device
let known: Known

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-absurd-'))
  world = await World.open()
  ana = await world.device('Ana')
  const [ben, phone] = [await world.device('Ben'), await world.device('Phone')]
  const sample = (await ana.ask('createSampleBook', { language: 'en' })).book
  const club = await ana.createBook('Club')
  // She stays the only owner, and so may do everything to the end.
  await letIn(ana, club, ben, 'contributor')
  await link(ana, phone)
  await phone.post(club, 'Bakery')
  await ben.post(club, 'Rent')
  await converged(club, ana, ben, phone)
  await Promise.all([ben.stop(), phone.stop()])
  const books = [sample, club]
  const [accounts, journals, statuses] = await Promise.all([
    Promise.all(books.map((book) => ana.ask('accounts', { book }))),
    Promise.all(books.map((book) => ana.ask('journal', { book, limit: 5 }))),
    Promise.all(books.map((book) => ana.ask('syncStatus', { book })))
  ])
  const transactions = journals.flatMap(({ rows }) => rows)
  const members = statuses.flatMap((status) => status.members)
  const { invite, code } = await ana.ask('createInvite', { book: club, role: 'owner' })
  const linking = await ana.ask('linkDevice', {})
  known = {
    book: books,
    account: accounts
      .flat()
      .map(({ account }) => account)
      .slice(0, 8),
    parent: accounts
      .flat()
      .map(({ account }) => account)
      .slice(0, 8),
    id: [...transactions.map(({ id }) => id), linking.id],
    place: transactions.map(({ id }) => id),
    version: transactions.map(({ version }) => version),
    currency: ['EUR', 'JPY'],
    date: ['2026-03-01'],
    member: members.map(({ member }) => member),
    device: members.flatMap(({ devices }) => devices).map(({ device }) => device),
    log: statuses.flatMap(({ vector }) => Object.keys(vector)),
    invite: [invite],
    code: [code, linking.code ?? ''],
    confirmName: ['Club'],
    // Nothing is to be written anywhere else.
    path: [
      'a',
      'a.guildbook-backup',
      `${'x'.repeat(300)}.guildbook-backup`,
      '.',
      'no/such/folder.guildbook-backup'
    ].map((name) => path.join(folder, name))
  }
})

afterAll(async () => {
  await world.end()
  await rm(folder, { recursive: true, force: true })
})

/** A file is named in this test's own folder only. */
function inFolder(body: unknown): unknown {
  const given = (body as { path?: string }).path
  if (given !== undefined && !given.startsWith(folder))
    return { ...(body as object), path: path.join(folder, 'x', given) }
  const { backup } = body as { backup?: { folder: string } }
  return backup ? { ...(body as object), backup: { ...backup, folder: path.join(folder, 'daily') } } : body
}

const order = [...REQUEST_NAMES.filter((name) => !LAST.includes(name)), ...LAST]

describe('whatever is well-formed is answered or refused', { timeout: 60_000 }, () => {
  it.each(order)('%s', async (name) => {
    await fc.assert(
      fc.asyncProperty(absurd(SCHEMAS[name] as v.GenericSchema, known), async (body) => {
        const outcome = await ana.outcome(name, inFolder(body) as RequestOf<RequestName>)
        if (outcome.ok) return
        expect(outcome.error.code).not.toBe('INTERNAL')
        expect(ERROR_CODES).toContain(outcome.error.code)
        expect(outcome.error.message.length).toBeGreaterThan(0)
      }),
      { numRuns: FEW[name] ?? RUNS, endOnFailure: true }
    )
    expect(await ana.outcome('appInfo', {})).toMatchObject({ ok: true })
  })
})
