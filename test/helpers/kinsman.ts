/**
 * A person's linked device in other hands: it has all that was in its folder, and speaks by hand, in any book and on the
 * channel over which a person's devices tell each other of books.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BookId, DeviceId } from '../../core/contract/index.js'
import { openIdentity, type Identity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { BookFile, readSealed } from '../../core/engine/sealed-files.js'
import type { Vault } from '../../core/engine/vault.js'
import {
  bookIdOf,
  deviceIdOf,
  found,
  type DeviceCertificate,
  type FoundingCertificate
} from '../../core/identity/certificates.js'
import { keyPairOf } from '../../core/identity/keys.js'
import type { LinkedBookMessage } from '../../core/sync/linking-wire.js'
import { fromHex, toHex, type HelloMessage } from '../../core/sync/messages.js'
import { certificateFromMessage, foundingToMessage } from '../../core/sync/proofs.js'
import { valueOf } from './book-world.js'
import type { Device, World } from './engines.js'
import { BOOK_TALK, bookChannel, bookTopic, introduction, Talker, type Protocol, type Talk } from './talker.js'

export const KIN_TALK: Protocol = { protocol: 'guildbook/kin/1', messages: ['book'] }

export class Kinsman {
  readonly #talkers: Talker[] = []

  private constructor(
    private readonly world: World,
    private readonly folder: string,
    private readonly vault: Vault,
    readonly identity: Identity,
    /** What it says that it is. */
    readonly certificate: DeviceCertificate
  ) {}

  /** Stops a device, and goes on with all that its folder has. */
  static async takeOver(device: Device, world: World, certificate?: DeviceCertificate): Promise<Kinsman> {
    await device.stop()
    const vault = valueOf(await openVault(device.folder, PLAIN_KEYS))
    const identity = await openIdentity(vault, device.folder)
    return new Kinsman(world, device.folder, vault, identity, certificate ?? identity.certificate(device.name))
  }

  get device(): DeviceId {
    return this.identity.deviceId
  }

  /**
   * Goes to all devices in a book, shows that it belongs there, and accepts. `begin` is called when one of them asks to
   * speak as one of the same person; with `unasked` it is called at once.
   */
  async go(book: BookId, begin: (kin: Talk) => void = () => {}, when: 'asked' | 'unasked' = 'asked') {
    const path = join(this.folder, 'books', book, 'book.sealed')
    const file = (await readSealed(this.vault, path, BookFile)) as BookFile
    const secret = fromHex((file.later ?? []).at(-1)?.secret ?? file.secret)
    const first = fromHex(file.secret)
    const kin = new Map<Talk, Talk>()
    const talker = await Talker.meet(this.world, bookTopic(secret), (talk) => {
      talk.open(BOOK_TALK, bookChannel(first))
      const { proof, hello } = introduction(talk, {
        secret,
        certificate: this.certificate,
        device: this.identity.device
      })
      const beside = talk.beside()
      kin.set(talk, beside)
      const speak = () => begin(beside.open(KIN_TALK, null))
      if (when === 'asked') talk.whenAsked(KIN_TALK, null, speak)
      talk.send('proof', proof)
      talk.send('hello', hello)
      talk.send('accept', {})
      if (when === 'unasked') speak()
    })
    this.#talkers.push(talker)
    return { talker, kin }
  }

  /** The same, until it has met a certain device. */
  async meet(other: DeviceId, ...how: Parameters<Kinsman['go']>) {
    const { talker, kin } = await this.go(...how)
    for (let count = 1; ; count++) {
      const talk = (await talker.met(count))[count - 1] as Talk
      const hello = await talk.hears('hello').catch(() => null)
      if (hello && deviceOf(hello as HelloMessage) === other) return { talk, kin: kin.get(talk) as Talk }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#talkers.splice(0).map((talker) => talker.end()))
  }
}

const deviceOf = ({ certificate }: HelloMessage): DeviceId =>
  deviceIdOf(certificateFromMessage(certificate).device)

export interface MadeUp {
  readonly book: BookId
  readonly message: LinkedBookMessage
}

/** A book that nobody has, as one would be told of. */
export function madeUpBook(
  logs: readonly string[] = [],
  founding: FoundingCertificate = newFounding()
): MadeUp {
  return {
    book: bookIdOf(founding),
    message: {
      bookName: 'Made up',
      founding: foundingToMessage(founding),
      secrets: [{ epoch: 'founding', secret: toHex(randomBytes(32)) }],
      vector: Object.fromEntries(logs.map((log) => [log, 1]))
    }
  }
}

const newFounding = (): FoundingCertificate => found(keyPairOf(randomBytes(32)), randomBytes(32), 0)
