/** What an open book is made of: its logs on this disk, the fold of them, and this device's writer. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { done, type BookId, type DeviceId, type MemberId, type Outcome } from '../contract/index.js'
import { Roster } from '../authority/roster.js'
import { Book } from '../book/book.js'
import { bookIdOf, memberIdOf } from '../identity/certificates.js'
import { Delivery } from '../log/delivery.js'
import { Intake } from '../log/intake.js'
import type { Epoch } from '../log/secrets.js'
import { LogStore } from '../log/store.js'
import { LogWriter, retireSegment, type WriterStateFile } from '../log/writer.js'
import type { PlacedEntry } from '../ops/operations.js'
import { fromHex } from '../sync/messages.js'
import { foundingFromMessage } from '../sync/proofs.js'
import type { Identity } from './identity-file.js'
import { LedgerFold } from './ledger-fold.js'
import { readWriterState, writeWriterState, type BookFile } from './sealed-files.js'
import { Sightings } from './sightings.js'
import { hash } from './state-digest.js'
import type { Vault } from './vault.js'

export interface SessionOptions {
  /** The book's own folder. */
  readonly folder: string
  readonly file: BookFile
  readonly vault: Vault
  readonly identity: Identity
  readonly deviceName: string
}

export interface SessionParts {
  readonly book: BookId
  readonly store: LogStore
  readonly fold: LedgerFold
  readonly delivery: Delivery
  readonly intake: Intake
  readonly writer: LogWriter
  readonly sightings: Sightings
}

/** What the parts need of the whole, which is made of them. */
export interface PartsOwner {
  deviceName(device: DeviceId): string
  /** An entry was delivered, and is folded. */
  noteEntry(entry: PlacedEntry): void
  /** The book was folded again. */
  noteFold(): void
}

/** Opens a book's folder. Nothing is read of its logs until they are added to the intake. */
export async function openParts(options: SessionOptions, owner: PartsOwner): Promise<Outcome<SessionParts>> {
  const { file, folder, vault, identity } = options
  const founding = foundingFromMessage(file.founding)
  const book = bookIdOf(founding)
  const statePath = join(folder, 'writer.sealed')
  const state: WriterStateFile = {
    load: () => readWriterState(vault, statePath),
    save: (written) => writeWriterState(vault, statePath, written)
  }
  const opened = await LogStore.open({
    folder: join(folder, 'store'),
    secret: fromHex(file.secret),
    later: laterSecrets(file),
    moved: () => retireSegment(state)
  })
  if (!opened.ok) return opened
  const store = opened.value
  const roster = new Roster(memberIdOf(founding.founder))
  const directory = {
    memberName: (member: MemberId) => roster.memberName(member),
    deviceName: (device: DeviceId) => owner.deviceName(device)
  }
  const fold = new LedgerFold({
    roster,
    makeBook: () => new Book({ directory, hash }),
    read: (log, from, to) => intake.read(log, from, to),
    changed: () => owner.noteFold()
  })
  const shared = new Map(store.forks.all().map(({ log, evidence }) => [log, evidence.shared]))
  const delivery = new Delivery(
    (entry) => {
      fold.apply(entry)
      owner.noteEntry(entry)
    },
    (log) => shared.get(log) ?? Infinity
  )
  fold.attach(delivery)
  const intake = new Intake(store, delivery, book)
  const writer = new LogWriter({
    ...{ store, intake, delivery, founding, state, randomBytes },
    certificate: identity.certificate(options.deviceName),
    device: identity.device,
    now: Date.now
  })
  const sightings = await Sightings.open(vault, join(folder, 'sightings.sealed'))
  return done({ book, store, fold, delivery, intake, writer, sightings })
}

/** The secrets that came in place of the founding one, oldest first. */
export const laterSecrets = ({ later = [] }: Pick<BookFile, 'later'>) =>
  later.map(({ epoch, secret }) => ({ epoch: epoch as Epoch, secret: fromHex(secret) }))
