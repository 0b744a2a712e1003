/** Putting into place what another device handed over, ended by a crash at any moment, and repeated. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceLinkId } from '../../../core/contract/index.js'
import { openIdentity } from '../../../core/engine/identity-file.js'
import { finishLink, stageLink } from '../../../core/engine/linked-folder.js'
import { BookFile, readArrivals, readSealed } from '../../../core/engine/sealed-files.js'
import { SettingsFile } from '../../../core/engine/settings-file.js'
import { Vault } from '../../../core/engine/vault.js'
import { bookIdOf, certifyDevice, found, isDeviceValid } from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import type { Handover, LinkedBookMessage } from '../../../core/sync/linking-wire.js'
import { toHex } from '../../../core/sync/messages.js'
import { certificateToMessage, foundingFromMessage, foundingToMessage } from '../../../core/sync/proofs.js'

const KEY = randomBytes(32)
const member = keyPairOf(randomBytes(32))
const deviceSeed = randomBytes(32)

const bookMessage = (bookName: string): LinkedBookMessage => ({
  bookName,
  founding: foundingToMessage(found(member, randomBytes(32), 1)),
  secrets: [
    { epoch: 'founding', secret: toHex(randomBytes(32)) },
    { epoch: 'later', secret: toHex(randomBytes(32)) }
  ],
  vector: {}
})
const books = [bookMessage('Club'), bookMessage('House')]
const ids = books.map(({ founding }) => bookIdOf(foundingFromMessage(founding)))

const device = { publicKey: keyPairOf(deviceSeed).publicKey, name: 'Phone', platform: 'linux' }
const handover: Handover = {
  deviceSeed: toHex(deviceSeed),
  memberName: 'Ana',
  deviceName: 'Phone',
  certificate: certificateToMessage(certifyDevice(member, device, 1)),
  foundings: [foundingToMessage(found(member, randomBytes(32), 2))],
  books
}
const arrival = {
  ...{ id: 'a link' as DeviceLinkId, secret: toHex(randomBytes(12)), deviceName: 'Phone' },
  ...{ deviceSeed: toHex(deviceSeed), nonce: toHex(randomBytes(32)), greeting: null, refused: null },
  books: books.map(({ bookName }, index) => ({ book: ids[index] as string, bookName, vector: {} }))
}

/** Writes so often, and then the power fails. */
class FailingVault extends Vault {
  constructor(private left: number) {
    super(new Uint8Array(KEY))
  }

  override async write(file: string, value: unknown): Promise<void> {
    if (this.left-- === 0) throw new Error('the power failed')
    await super.write(file, value)
  }
}

let root: string
let folder: string
const vault = new Vault(new Uint8Array(KEY))

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-linked-'))
  folder = path.join(root, 'folder')
  await SettingsFile.open(folder).then((settings) => settings.change({ memberName: '' }))
  await openIdentity(vault, folder)
  await stageLink(vault, folder, { handover, arrival })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const finish = async (where: string, by: Vault) => finishLink(where, by, await SettingsFile.open(where))

async function expectLinked(where: string): Promise<void> {
  const identity = await openIdentity(vault, where)
  expect(identity.phrase).toBe('elsewhere')
  expect(toHex(identity.memberKey)).toBe(toHex(member.publicKey))
  expect(isDeviceValid(identity.certificate('whatever'))).toBe(true)
  expect((await readdir(path.join(where, 'books'))).sort()).toEqual([...ids].sort())
  for (const [index, id] of ids.entries()) {
    const file = await readSealed(vault, path.join(where, 'books', id, 'book.sealed'), BookFile)
    expect(file).toMatchObject({
      secret: books[index]?.secrets[0]?.secret,
      later: [books[index]?.secrets[1]],
      inviter: toHex(member.publicKey)
    })
  }
  expect((await SettingsFile.open(where)).current).toMatchObject({ memberName: 'Ana', deviceName: 'Phone' })
  expect(await readArrivals(vault, path.join(where, 'arrivals.sealed'))).toEqual([arrival])
  expect(await readdir(where)).not.toContain('linked.sealed')
}

describe('a folder that was handed a member’s books', () => {
  it('is a linked device of that member, whenever the first attempt was cut off', async () => {
    for (let writes = 0; ; writes++) {
      const copy = path.join(root, `cut-off-${writes}`)
      await cp(folder, copy, { recursive: true })
      const first = await finish(copy, new FailingVault(writes)).catch((error: Error) => error.message)
      if (first === 'just-now') {
        expect(writes).toBe(ids.length + 2)
        return expectLinked(copy)
      }
      expect(first).toBe('the power failed')
      expect(await finish(copy, vault)).toBe('just-now')
      await expectLinked(copy)
      expect(await finish(copy, vault)).toBe('no')
    }
  })

  it('founds as many books as were signed in advance, each once', async () => {
    await finish(folder, vault)
    const identity = await openIdentity(vault, folder)
    const [first, second] = await Promise.all([identity.founding(), identity.founding()])
    expect(first).toMatchObject({ ok: true })
    expect(second).toMatchObject({ ok: false, error: { code: 'PHRASE_ELSEWHERE' } })
    expect(await (await openIdentity(vault, folder)).founding()).toMatchObject({ ok: false })
  })

  it('keeps a book that has come into it meanwhile, and gives up being linked', async () => {
    const own = bookMessage('My own')
    const id = bookIdOf(foundingFromMessage(own.founding))
    const { founding, secrets } = own
    const file: BookFile = {
      ...{ founding, secret: secrets[0]?.secret ?? '', later: [], logs: [] },
      ...{ kind: 'shared', inviter: null }
    }
    await vault.write(path.join(folder, 'books', id, 'book.sealed'), file)
    const before = (await openIdentity(vault, folder)).memberId
    await finish(folder, vault)
    expect((await openIdentity(vault, folder)).memberId).toBe(before)
    expect(await readdir(path.join(folder, 'books'))).toEqual([id])
    expect(await readArrivals(vault, path.join(folder, 'arrivals.sealed'))).toMatchObject([
      { refused: 'FOLDER_NOT_EMPTY', books: null }
    ])
  })
})
