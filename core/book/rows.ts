/** Answers in the contract's shapes. */
import type { CommentRow, ConflictRow, PostingRow, TransactionRow, VersionRow } from '../contract/index.js'
import type { TransactionContent } from '../domain/transaction.js'
import { comparePlaced, isVoid, type Comment, type Transaction, type Version } from './model.js'
import type { State } from './state.js'
import type { Directory } from './types.js'

export class Rows {
  readonly #state: State
  readonly #directory: Directory

  constructor(state: State, directory: Directory) {
    this.#state = state
    this.#directory = directory
  }

  /** The author is who posted it first; each version's author is in its history. */
  transaction(transaction: Transaction): TransactionRow {
    const { shown } = transaction
    const { date, payee, note, tags } = shown.content
    return {
      id: transaction.id,
      version: shown.id,
      date,
      payee,
      note,
      tags,
      postings: this.postings(shown.content),
      state: isVoid(shown) ? 'void' : 'posted',
      conflict: transaction.inConflict ? 'open' : 'none',
      versions: transaction.versionCount,
      author: transaction.owner,
      authorName: this.#directory.memberName(transaction.owner)
    }
  }

  postings(content: TransactionContent): PostingRow[] {
    const { tree } = this.#state
    return content.postings.map(({ account, amountMinor, currency, value, note }) => ({
      account,
      path: tree.path(account),
      amountMinor,
      currency,
      value,
      note
    }))
  }

  version(version: Version): VersionRow {
    const { origin, content } = version
    return {
      version: version.id,
      kind: version.kind,
      standing: standing(version),
      reason: version.reason,
      replaces: version.replaces,
      date: content.date,
      payee: content.payee,
      note: content.note,
      tags: content.tags,
      postings: this.postings(content),
      author: origin.author,
      authorName: this.#directory.memberName(origin.author),
      device: origin.device,
      deviceName: this.#directory.deviceName(origin.device),
      wallMs: origin.wallMs,
      lamport: origin.lamport,
      adoptedBy: this.#adoptedBy(version)
    }
  }

  conflict({ id, owner, heads }: Transaction): ConflictRow {
    const authorName = this.#directory.memberName(owner)
    return { id, author: owner, authorName, heads: heads.map((head) => this.version(head)) }
  }

  comment(comment: Comment): CommentRow {
    const { id, text, origin } = comment
    const { author, wallMs } = origin
    return { comment: id, text, author, authorName: this.#directory.memberName(author), wallMs }
  }

  /** The first of those who did. */
  #adoptedBy({ adoptions }: Version): VersionRow['adoptedBy'] {
    const first = adoptions?.map((origin) => ({ origin, operation: 0 })).sort(comparePlaced)[0]
    if (!first) return null
    const { author } = first.origin
    return { member: author, name: this.#directory.memberName(author) }
  }
}

function standing(version: Version): VersionRow['standing'] {
  if (version.reason !== null) return 'not-counted'
  if (version.transaction.shown === version) return 'shown'
  return version.transaction.isHead(version) ? 'head' : 'replaced'
}
