/** The main job on the command line: two folders, one book, apart and together. */
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
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-cli-'))
  node = start(['bootstrap', '--port', '0', '--json'], { GUILDBOOK_HOST: '127.0.0.1' })
  bootstrap = (JSON.parse(await node.firstLine()) as { bootstrap: string }).bootstrap
}, 2 * MINUTES)

afterAll(async () => {
  node.process.kill('SIGTERM')
  await node.ended
  await rm(root, { recursive: true, force: true })
})

const environment = (who: string) => ({
  GUILDBOOK_DIR: path.join(root, who),
  GUILDBOOK_HOST: '127.0.0.1',
  GUILDBOOK_BOOTSTRAP: bootstrap
})

const begin = (who: string, ...args: string[]): Running => start([...args, '--json'], environment(who))

/** Runs a command that must be done, and gives its JSON. */
async function ask<T>(who: string, ...args: string[]): Promise<T> {
  const ran = await run([...args, '--json'], environment(who))
  expect([args[0], ran.code, ran.code === 0 ? '' : ran.stdout + ran.stderr]).toEqual([args[0], 0, ''])
  return ran.json as T
}

/** Runs a command that must be refused, and gives the code. */
async function refused(who: string, ...args: string[]): Promise<string> {
  const ran: Ran = await run([...args, '--json'], environment(who))
  expect([args[0], ran.code]).toEqual([args[0], 1])
  return (ran.json as { error: { code: string } }).error.code
}

interface Status {
  readonly book: string
  readonly digest: string
  readonly vector: Readonly<Record<string, number>>
  readonly transactions: number
  readonly conflicts: number
  readonly problems: readonly unknown[]
}

async function syncBoth(): Promise<[Status, Status]> {
  const both = await Promise.all(
    ['ana', 'ben'].map((who) => begin(who, 'sync', '--until-idle', '1', '--timeout', '30').ended)
  )
  for (const ran of both) {
    expect([ran.code, ran.stderr]).toEqual([0, expect.anything()])
    expect(ran.json).toMatchObject({ ended: 'idle' })
  }
  return both.map((ran) => ran.json) as [Status, Status]
}

describe('two folders', { timeout: 3 * MINUTES }, () => {
  it('keep one book together', async () => {
    const { book } = await ask<{ book: string }>(
      'ana',
      'create',
      'Our club',
      '--currency',
      'EUR',
      '--template',
      'club',
      '--name',
      'Ana'
    )
    const { id } = await ask<{ id: string }>(
      'ana',
      'post',
      '2026-03-01',
      'Printer',
      'Expenses:Rent=1,234.56',
      'Assets:Bank=-1,234.56',
      '--tag',
      'it'
    )

    // Ben is an owner too: a contributor changes entries of their own only.
    const { code, link } = await ask<{ code: string; link: string }>('ana', 'invite', '--role', 'owner')
    expect(link).toBe(`guildbook://join/${code}`)
    const admitting = begin('ana', 'admit', '--wait', '60', '--yes')
    const joined = await ask<{ step: string; words: string[]; book: string }>(
      'ben',
      'join',
      code,
      '--name',
      'Ben',
      '--wait',
      '60'
    )
    expect(joined).toMatchObject({ step: 'joined', book })
    const admitted = (await admitting.ended).json as { name: string; words: string[]; admitted: boolean }
    expect(admitted).toMatchObject({ name: 'Ben', admitted: true, words: joined.words })
    expect(joined.words).toHaveLength(4)

    // Apart, each posts, and both change the same entry.
    await ask('ana', 'post', '2026-03-02', 'Bakery', 'Expenses:Events=4.20', 'Assets:Cash=-4.20')
    await ask('ben', 'sync', '--until-idle', '1', '--timeout', '3')
    await syncBoth()
    await ask('ben', 'post', '2026-03-03', 'Train', 'Expenses:Events=12', 'Assets:Cash=-12')
    await ask('ana', 'amend', id, '--payee', 'Printer shop')
    await ask('ben', 'amend', id, '--payee', 'Printer and paper')

    const [ana, ben] = await syncBoth()
    expect(ben.digest).toBe(ana.digest)
    expect(ben.vector).toEqual(ana.vector)
    expect([ana.transactions, ana.conflicts, ben.conflicts]).toEqual([3, 1, 1])
    expect([ana.problems, ben.problems]).toEqual([[], []])

    const conflicts = await ask<{ id: string; heads: { version: string; payee: string }[] }[]>(
      'ben',
      'conflicts'
    )
    expect(conflicts.map((conflict) => conflict.id)).toEqual([id])
    const mine = conflicts[0]?.heads.find((head) => head.payee === 'Printer and paper')
    expect(conflicts[0]?.heads).toHaveLength(2)
    await ask('ben', 'resolve', id, '--keep', mine?.version ?? '')
    expect(await ask('ben', 'conflicts')).toEqual([])

    const [after] = await syncBoth()
    expect(after.conflicts).toBe(0)
    expect(await ask('ana', 'conflicts')).toEqual([])
    const history = await ask<{ kind: string; standing: string; payee: string }[]>('ana', 'history', id)
    expect(history).toHaveLength(4)
    expect(history.at(-1)).toMatchObject({ kind: 'amend', standing: 'shown', payee: 'Printer and paper' })
    expect(await ask('ana', 'balance')).toEqual(
      expect.arrayContaining([
        { account: 'Assets:Cash', currency: 'EUR', amount: '-16.20' },
        { account: 'Expenses:Rent', currency: 'EUR', amount: '1234.56' }
      ])
    )
    expect(await ask('ben', 'balance')).toEqual(await ask('ana', 'balance'))

    await ask('ana', 'void', id, '--reason', 'twice')
    expect(await ask('ana', 'balance', '--at', '2026-03-01')).toEqual([])
    expect(await refused('ana', 'void', id)).toBe('TRANSACTION_VOIDED')
    expect(await refused('ben', 'join', code, '--name', 'Ben')).toBe('ALREADY_A_MEMBER')
  })

  it('refuse what is ambiguous, unbalanced or unknown, with a stable code', async () => {
    const post = (...postings: string[]) => refused('ana', 'post', '2026-03-01', 'X', ...postings)
    expect(await post('Expenses:Rent=1,234', 'Assets:Bank=-1,234')).toBe('AMOUNT_AMBIGUOUS')
    expect(await post('Expenses:Rent=1', 'Assets:Bank=-2')).toBe('UNBALANCED')
    expect(await post('Expenses:Nothing=1', 'Assets:Bank=-1')).toBe('ACCOUNT_UNKNOWN')
    expect(await refused('ana', 'post', '2026-02-30', 'X', 'Expenses:Rent=1', 'Assets:Bank=-1')).toBe(
      'DATE_MALFORMED'
    )
    expect(await refused('ana', 'history', 'nothing')).toBe('TRANSACTION_UNKNOWN')
    expect(await refused('carl', 'join', 'ybnd-rfg8-ejkm-cpqx-ot1u', '--name', 'Carl')).toBe('INVITE_MALFORMED')
    const usage = await run(['post', '--json'], environment('ana'))
    expect(usage.code).toBe(2)
  })

  it('are shared by commands that run at the same time', async () => {
    const posts = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        ask<{ id: string }>('ana', 'post', '2026-04-01', `P${index}`, 'Expenses:Rent=1', 'Assets:Bank=-1')
      )
    )
    expect(new Set(posts.map((post) => post.id)).size).toBe(6)
    const journal = await ask<{ id: string }[]>('ana', 'journal', '--from', '2026-04-01')
    expect(new Set(journal.map((row) => row.id))).toEqual(new Set(posts.map((post) => post.id)))
  })

  it('say who is who, who did what, and what somebody may not', async () => {
    const members = await ask<{ name: string; role: string; devices: { device: string }[] }[]>('ana', 'members')
    expect(members.map(({ name, role }) => `${name} ${role}`)).toEqual(
      expect.arrayContaining(['Ana owner', expect.stringMatching(/^Ben /)])
    )
    expect(await ask('ana', 'roles')).toMatchObject({ viewer: { comment: 'all', post: 'none' } })
    expect(await ask('ana', 'role', 'Ben', 'viewer')).toMatchObject({ role: 'viewer' })
    expect(await refused('ana', 'leave')).toBe('LAST_OWNER')
    expect(await refused('ana', 'remove', 'Nobody')).toBe('MEMBER_UNKNOWN')
    const own = members.find(({ name }) => name === 'Ana')?.devices[0]?.device ?? ''
    expect(await ask('ana', 'device', 'rename', own, 'Desk')).toEqual({ device: own, name: 'Desk' })
    expect(await refused('ana', 'device', 'revoke', 'Desk')).toBe('BAD_REQUEST')
    const [row] = await ask<{ id: string }[]>('ana', 'journal', '--limit', '1')
    await ask('ana', 'comment', row?.id ?? '', 'Who was this?')
    const page = await ask<{ rows: { kind: string; text: string }[] }>('ana', 'activity', '--limit', '2')
    expect(page.rows).toMatchObject([{ kind: 'comment', text: 'Who was this?' }, { kind: 'nameDevice' }])
    expect(await ask('ana', 'rejected')).toEqual([])
    await ask('ana', 'remove', 'Ben', '--reason', 'moved away')
    expect(await ask('ana', 'members')).toMatchObject([
      { name: 'Ana' },
      { name: 'Ben', standing: 'removed', ended: { byName: 'Ana', reason: 'moved away' } }
    ])
    expect(await ask('ana', 'invite', '--role', 'viewer', '--uses', '3', '--pre-approved')).toMatchObject({
      uses: 3,
      used: 0,
      approval: 'pre-approved'
    })
  })
})
