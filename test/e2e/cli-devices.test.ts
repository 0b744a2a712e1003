/** A second device of the same person, on the command line. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommand, run, start, type Ran, type Running } from '../helpers/built.js'

const MINUTES = 60_000

let root: string
let node: Running
let bootstrap: string

beforeAll(async () => {
  await buildCommand()
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-cli-devices-'))
  node = start(['bootstrap', '--port', '0', '--json'], { GUILDBOOK_HOST: '127.0.0.1' })
  bootstrap = (JSON.parse(await node.firstLine()) as { bootstrap: string }).bootstrap
}, 2 * MINUTES)

afterAll(async () => {
  node.process.kill('SIGTERM')
  await node.ended
  await rm(root, { recursive: true, force: true })
})

const environment = (folder: string) => ({
  GUILDBOOK_DIR: path.join(root, folder),
  GUILDBOOK_HOST: '127.0.0.1',
  GUILDBOOK_BOOTSTRAP: bootstrap
})

async function ask<T>(folder: string, ...args: string[]): Promise<T> {
  const ran = await run([...args, '--json'], environment(folder))
  expect([args.join(' '), ran.code, ran.code === 0 ? '' : ran.stdout + ran.stderr]).toEqual([
    args.join(' '),
    0,
    ''
  ])
  return ran.json as T
}

async function refused(folder: string, ...args: string[]): Promise<string> {
  const ran: Ran = await run([...args, '--json'], environment(folder))
  expect([args.join(' '), ran.code]).toEqual([args.join(' '), 1])
  return (ran.json as { error: { code: string } }).error.code
}

interface Link {
  readonly id: string
  readonly code: string
  readonly link: string
  readonly state: string
}

describe('device link', { timeout: 3 * MINUTES }, () => {
  it('makes a second folder another device of the same person, which is named, listed and revoked', async () => {
    const { book } = await ask<{ book: string }>(
      'laptop',
      'create',
      'Club',
      '--currency',
      'EUR',
      '--name',
      'Ana'
    )
    const { code, link } = await ask<Link>('laptop', 'device', 'link', '--wait', '0', '--expires', '30m')
    expect(link).toBe(`guildbook://join/${code}`)
    const confirming = start(['device', 'confirm', '--yes', '--wait', '60', '--json'], environment('laptop'))
    const joined = await ask<{ words: string[] }>('phone', 'join', link, '--name', 'Phone', '--wait', '60')
    expect(joined).toMatchObject({
      ...{ kind: 'device-link', step: 'joined', book, name: 'Club', inviter: 'Ana', books: 1, reason: null }
    })
    const confirmed = (await confirming.ended).json as { device: string }
    expect(confirmed).toMatchObject({ name: 'Phone', linked: true, received: true, words: joined.words })
    expect(await ask('laptop', 'device', 'links')).toMatchObject([
      { state: 'linked', name: 'Phone', code: null }
    ])

    await ask('phone', 'account', 'add', 'Assets:Cash', '--type', 'asset')
    expect(await ask('phone', 'books')).toMatchObject([{ book, me: { name: 'Ana', role: 'owner' } }])
    expect(await refused('phone', 'phrase')).toBe('PHRASE_ELSEWHERE')
    expect(await refused('phone', 'device', 'link', '--wait', '0')).toBe('PHRASE_ELSEWHERE')

    const [ana] = await ask<{ devices: { name: string }[] }[]>('laptop', 'members')
    expect(ana?.devices.map(({ name }) => name)).toContain('Phone')
    await ask('laptop', 'device', 'rename', 'Phone', 'Old phone')
    expect(await ask('laptop', 'device', 'revoke', 'Old phone')).toMatchObject({ device: confirmed.device })
  })

  it('does everything in one command, and refuses a code that was used, withdrawn or mistyped', async () => {
    const linking = start(['device', 'link', '--yes', '--wait', '60', '--json'], environment('laptop'))
    let code = ''
    while (!code) {
      code = (await ask<Link[]>('laptop', 'device', 'links')).find(({ state }) => state === 'open')?.code ?? ''
    }
    await ask('tablet', 'device', 'join', code, '--name', 'Tablet', '--wait', '60')
    expect((await linking.ended).json).toMatchObject({ name: 'Tablet', linked: true, received: true })
    expect(await refused('tablet', 'join', code)).toBe('FOLDER_NOT_EMPTY')

    const answering = start(['sync', '--watch', '--json'], environment('laptop'))
    expect(await refused('other', 'join', code, '--wait', '60')).toBe('LINK_USED')
    const { id, code: second } = await ask<Link>('laptop', 'device', 'link', '--wait', '0')
    expect(await ask('laptop', 'device', 'withdraw', id.slice(0, 12))).toMatchObject({ state: 'withdrawn' })
    expect(await refused('other', 'join', second, '--wait', '60')).toBe('LINK_WITHDRAWN')
    answering.process.kill('SIGTERM')
    await answering.ended
    expect(await refused('other', 'join', 'ybnd-rfg8-ejkm-cpqx-ot1u')).toBe('INVITE_MALFORMED')
  })
})
