/**
 * What was half written when its form went away: the window locked, or another book was opened. It waits here for the
 * same person to come back to the same place, in the memory of the page and nowhere else.
 */
import type { BookId, MemberId, TransactionId } from '../../core/contract/index.js'
import type { DraftTexts } from './entry-draft.svelte.js'

/** Where something is written: a new entry of a book, or a change of an entry or a comment on it. */
export interface WritingPlace {
  readonly member: MemberId
  readonly book: BookId
  readonly amends?: TransactionId
  readonly commentsOn?: TransactionId
}

export class Unfinished {
  readonly #entries = new Map<string, DraftTexts>()
  readonly #comments = new Map<string, string>()

  keepEntry(place: WritingPlace, texts: DraftTexts): void {
    this.#entries.set(keyOf(place), texts)
  }

  /** What was kept there, once. */
  takeEntry(place: WritingPlace): DraftTexts | null {
    return take(this.#entries, keyOf(place))
  }

  keepComment(place: WritingPlace, text: string): void {
    this.#comments.set(keyOf(place), text)
  }

  takeComment(place: WritingPlace): string {
    return take(this.#comments, keyOf(place)) ?? ''
  }
}

const keyOf = ({
  member,
  book,
  amends = '' as TransactionId,
  commentsOn = '' as TransactionId
}: WritingPlace) => [member, book, amends, commentsOn].join(' ')

function take<Kept>(from: Map<string, Kept>, key: string): Kept | null {
  const kept = from.get(key) ?? null
  from.delete(key)
  return kept
}
