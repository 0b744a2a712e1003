/**
 * Texts as they can stand in a journal that hledger 1.25 and ledger 3.3 both read. What would mean something to either
 * of them is replaced by its full-width form, which a person reads alike. Not to be undone: the JSON export is exact.
 */
import type { AccountId, AccountRow } from '../contract/index.js'

const FULL_WIDTH = 0xfee0

/** `!` to `~` as `！` to `～`. */
const wide = (text: string): string =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + FULL_WIDTH))

/** On one line, with single spaces, and as Unicode that can be written. */
const line = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\s\p{Z}\p{Cc}]+/gu, ' ')
    .trim()

/** A description: `;` would end it, `|` would split it, and a mark or a code could begin it. */
export const payeeText = (payee: string): string => line(payee).replace(/[;|]|^[*!(=]/g, wide)

/** One line of a comment: no date in brackets, and no `date:`, either of which would date a posting. */
export const commentText = (text: string): string =>
  line(text)
    .replace(/\[(?=[\d=./-])/g, wide)
    .replace(/\b(date2?):/gi, `$1${wide(':')}`)

/** Names of tags that mean something, to hledger, to ledger or here. */
const TAKEN = /^(date2?|payee|value|uuid|type|id|note|author|conflict|void|code|currency|closed)$/i

/** A tag as the name of a hledger tag and of ledger metadata: without spaces, colons and commas. */
export function tagText(tag: string): string {
  const name = line(tag)
    .replaceAll(' ', '-')
    .replace(/[:,[\]]/g, wide)
  return TAKEN.test(name) ? `${name}_` : name
}

/** One step of a path. */
const stepText = (name: string): string => line(name).replaceAll(':', wide(':')) || '?'

/**
 * A name for each account, unique. At the beginning of a posting `(`, `[` and `<` would make it virtual, `*` and `!`
 * mark it, and `;` or `#` make it a comment.
 */
export function accountNames(accounts: readonly AccountRow[]): ReadonlyMap<AccountId, string> {
  const rows = new Map(accounts.map((row) => [row.account, row]))
  const names = new Map<AccountId, string>()
  const taken = new Set<string>()
  for (const row of accounts) {
    const plain = stepsOf(row, rows)
      .map(stepText)
      .join(':')
      .replace(/^[([<*!;#]/, wide)
    let name = plain
    for (let count = 2; taken.has(name); count++) name = `${plain} ~${count}`
    taken.add(name)
    names.set(row.account, name)
  }
  return names
}

/** Names from the top to the row. A shown name is the end of its path: `Food (2)` where two are called `Food`. */
function stepsOf(row: AccountRow, rows: ReadonlyMap<AccountId, AccountRow>): string[] {
  const parent = row.parent === null ? undefined : rows.get(row.parent)
  if (!parent) return [row.path]
  const own = row.path.startsWith(`${parent.path}:`) ? row.path.slice(parent.path.length + 1) : row.name
  return [...stepsOf(parent, rows), own]
}
