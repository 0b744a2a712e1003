/** A hash table of our own on loopback, and engines that meet through it. */
import createTestnet from 'hyperdht/testnet'
import type { BookId, Role, Settings } from '../../core/contract/index.js'
import { valueOf } from './book-world.js'
import { eventually, type OpenEngine } from './real-engine.js'

export interface LocalNetwork {
  /** Settings with which an engine is part of it. */
  readonly settings: Partial<Settings['network']>
  close(): Promise<void>
}

export async function localNetwork(): Promise<LocalNetwork> {
  const testnet = await createTestnet(3, { host: '127.0.0.1' })
  const bootstrap = testnet.bootstrap.map(({ host, port }) => `${host}:${port}`)
  return { settings: { mode: 'on', host: '127.0.0.1', bootstrap }, close: () => testnet.destroy() }
}

/** Lets someone into a book, words and all, and waits until they have it. */
export async function letIn(
  owner: OpenEngine,
  newcomer: OpenEngine,
  book: BookId,
  as: { readonly name: string; readonly role?: Role }
): Promise<void> {
  const { code } = valueOf(await owner.api.createInvite({ book, role: as.role ?? 'owner' }))
  valueOf(await newcomer.api.join({ code, memberName: as.name }))
  const waiting = await eventually('a newcomer knocks', async () => {
    const rows = valueOf(await owner.api.admissions({ book }))
    return rows[0] ?? null
  })
  valueOf(await owner.api.admit({ book, invite: waiting.invite, member: waiting.member }))
  await eventually('the newcomer is in', async () => {
    const rows = valueOf(await newcomer.api.joins({}))
    return rows.some((row) => row.book === book && row.step === 'joined') ? true : null
  })
}

/** Waits until all have the very same entries and state; gives the state's digest. */
export async function converged(book: BookId, engines: readonly OpenEngine[]): Promise<string> {
  return eventually('all have the same book', async () => {
    const all = await Promise.all(engines.map(async ({ api }) => valueOf(await api.syncStatus({ book }))))
    const [first] = all
    if (!first) throw new Error('nobody')
    const isSame = all.every(
      ({ digest, vector, pendingEntries }) =>
        pendingEntries === 0 &&
        digest === first.digest &&
        JSON.stringify(Object.entries(vector).sort()) === JSON.stringify(Object.entries(first.vector).sort())
    )
    return isSame ? first.digest : null
  })
}
