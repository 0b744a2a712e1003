/**
 * What entries make of a book and its people, worked out the plain way: all of them go to the roster first, and then,
 * when it is known what stands, to the book. What peers have worked out as entries came, folding anew where they had to,
 * is held against it.
 */
import type { BookId, DeviceId, LogId, MemberId } from '../../core/contract/index.js'
import { Roster } from '../../core/authority/roster.js'
import { Book } from '../../core/book/book.js'
import { Delivery } from '../../core/log/delivery.js'
import { checkHeader } from '../../core/log/header.js'
import type { PlacedEntry } from '../../core/ops/operations.js'
import { hash } from './parts.js'
import { asPresent } from './versions.js'

export interface Replayed {
  readonly roster: Roster
  readonly book: Book
  readonly delivery: Delivery
}

export interface ReplayOptions {
  readonly founder: MemberId
  readonly id: BookId
  /** As many blocks of each log as are to be replayed, or are there. */
  readonly lengths: ReadonlyMap<LogId, number>
  readonly block: (log: LogId, index: number) => Uint8Array | undefined
}

/** Signatures take long to check, and every device has the same header. */
const checked = new WeakMap<Uint8Array, ReturnType<typeof checkHeader>>()

function authorIn(header: Uint8Array, log: LogId, book: BookId): ReturnType<typeof checkHeader> {
  let known = checked.get(header)
  if (!known) checked.set(header, (known = checkHeader(header, log, book)))
  return known
}

export function replay({ founder, id, lengths, block }: ReplayOptions): Replayed {
  const entries: PlacedEntry[] = []
  const delivery = new Delivery((entry) => entries.push(entry))
  for (const [log, length] of lengths) {
    const header = block(log, 0)
    const author = header && authorIn(header, log, id)
    if (!author?.ok) continue
    delivery.addLog(log, author.value)
    for (let index = 1; index < length; index++) {
      const entry = block(log, index)
      if (!entry) break
      delivery.offer(log, asPresent(entry))
    }
  }
  delivery.run(() => false)
  const roster = new Roster(founder)
  for (const entry of entries) roster.apply(entry)
  const book = new Book({
    directory: {
      memberName: (member) => roster.memberName(member),
      deviceName: (device: DeviceId) => device.slice(0, 8)
    },
    hash
  })
  for (const entry of entries) book.apply(entry, roster.judge)
  return { roster, book, delivery }
}
