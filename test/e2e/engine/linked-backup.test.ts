/** A backup that is made on a linked device, which does not have the phrase, and restored with the phrase. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId } from '../../../core/contract/index.js'
import { BackupWriter } from '../../../core/engine/backup-writer.js'
import type { BackupMaker } from '../../../core/engine/backup-phrase.js'
import { authorshipOf } from '../../../core/engine/backup-phrase.js'
import { certifyDevice } from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { readPhrase } from '../../../core/identity/phrase.js'
import { manifest } from '../../helpers/backups.js'
import { valueOf } from '../../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'
import { link } from '../../helpers/linking.js'

let world: World
let folder: string
let ana: Device
let phone: Device
let book: BookId
let phrase: string

beforeAll(async () => {
  world = await World.open()
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-linked-backup-'))
  ana = await world.device('Ana')
  book = await ana.createBook('Club')
  phone = await world.device('Phone')
  await link(ana, phone)
  // Someone has gone, so the book has had two secrets.
  const eve = await world.device('Eve')
  await letIn(ana, book, eve)
  const gone = (await ana.status(book)).members.find(({ name }) => name === 'Eve')?.member
  await eve.stop()
  await ana.ask('removeMember', { book, member: gone ?? ('' as never) })
  await phone.post(book, 'On the phone')
  await converged(book, ana, phone)
  phrase = (await ana.ask('showPhrase', { language: 'en', sure: 'yes' })).words.join(' ')
})
afterAll(async () => {
  await world.end()
  await rm(folder, { recursive: true, force: true })
})

const target = (name: string) => path.join(folder, `${name}.guildbook-backup`)

describe('a backup of a linked device', { timeout: 60_000 }, () => {
  it('brings the person back with the phrase, as a device that has it and writes on with the others', async () => {
    const row = await phone.ask('backup', { path: target('phone') })
    expect(row).toMatchObject({ books: 1, opensWith: ['phrase'] })
    await phone.stop()
    const fresh = await world.device('Fresh')
    expect((await fresh.ask('inspectBackup', { path: row.path })).opensWith).toEqual(['phrase'])
    expect(await fresh.refusal('restore', { path: row.path, by: { passphrase: 'a passphrase' } })).toBe(
      'BACKUP_KEY_WRONG'
    )
    const restored = await fresh.ask('restore', { path: row.path, by: { phrase } })
    expect(restored.books.map(({ name, me }) => [name, me.name])).toEqual([['Club', 'Ana']])
    expect(await fresh.payees(book)).toEqual(['On the phone'])
    expect((await fresh.ask('showPhrase', { language: 'en', sure: 'yes' })).words.join(' ')).toBe(phrase)
    await phone.start()
    await fresh.post(book, 'On the new one')
    const { problems } = await converged(book, ana, phone, fresh)
    expect(problems).toEqual([])
  })

  it('takes no passphrase, and is made daily where that is set', async () => {
    expect(await phone.refusal('backup', { path: target('own'), passphrase: 'a long passphrase' })).toBe(
      'PHRASE_ELSEWHERE'
    )
    await phone.ask('changeSettings', { backup: { mode: 'daily', folder, keep: 3 } })
    expect((await phone.ask('backupStatus', {})).nextMs).not.toBeNull()
  })

  it('cannot be made up by who only knows the member', async () => {
    const { seed } = valueOf(readPhrase(phrase))
    const memberKey = keyPairOf(seed).publicKey
    const [eve, device] = [keyPairOf(new Uint8Array(32).fill(1)), keyPairOf(new Uint8Array(32).fill(2))]
    const laptop = { publicKey: device.publicKey, name: 'Laptop', platform: 'linux' }
    const forged = certifyDevice(eve, laptop, 0)
    const makers: readonly (readonly [string, BackupMaker, BackupMaker])[] = [
      ['hers', { memberKey, device, certificate: forged }, { memberKey, device, certificate: forged }],
      [
        'in-anas-name',
        { memberKey, device, certificate: forged },
        { memberKey, device, certificate: { ...forged, member: memberKey } }
      ],
      // What a device with the phrase would say: this would make the one who restores it somebody else.
      ['with-a-seed', { memberKey, device, certificate: forged }, { memberSeed: eve.seed }]
    ]
    const fresh = await world.device('Fresh again')
    for (const [name, maker, claimed] of makers) {
      const writer = await BackupWriter.begin(target(name), { maker, passphrase: null }, 0)
      const { memberSeed: _, ...plain } = manifest().manifest
      await writer.add({ kind: 'manifest', manifest: { ...plain, ...authorshipOf(claimed, writer.bound) } })
      await writer.finish()
      expect([name, await fresh.refusal('restore', { path: target(name), by: { phrase } })]).toEqual([
        name,
        'BACKUP_MALFORMED'
      ])
    }
    expect(await fresh.ask('books', {})).toEqual([])
  })
})
