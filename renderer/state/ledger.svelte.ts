/**
 * Which entries the address asks for: the journal, or one account's register, and what of it. The list is asked for
 * again only when that changes: opening a row is no reason.
 */
import { untrack } from 'svelte'
import type {
  AccountId,
  AccountRow,
  IsoDate,
  JournalFilter,
  Outcome,
  Page,
  RegisterRow,
  TransactionId,
  TransactionRow
} from '../../core/contract/index.js'
import type { App } from './app.svelte.js'
import type { OpenBook } from './book-context.js'
import type { Params } from './route.js'
import { RowWindow } from './row-window.svelte.js'

/** What both tables have in common: a journal's row is a register's without an account. */
export interface Line {
  readonly transaction: TransactionRow
  readonly register: RegisterRow | null
}

export const keyOf = (line: Line): string =>
  line.register ? `${line.transaction.id}/${line.register.posting}` : line.transaction.id

export function filterOf(params: Params): Omit<JournalFilter, 'account'> {
  const state = params['state']
  return {
    ...(params['from'] ? { from: params['from'] as IsoDate } : {}),
    ...(params['to'] ? { to: params['to'] as IsoDate } : {}),
    ...(params['q'] ? { search: params['q'] } : {}),
    ...(state === 'void' || state === 'posted' ? { state } : {}),
    ...(params['conflict'] === 'open' ? { conflict: 'open' as const } : {})
  }
}

export class Ledger {
  readonly rows: RowWindow<Line>
  readonly #app: App
  readonly #open: OpenBook

  readonly #params = $derived.by(() => this.#app.router.current.params)
  readonly openId = $derived.by(() => (this.#params['open'] ?? null) as TransactionId | null)
  readonly account: AccountRow | undefined = $derived.by(() =>
    this.#open.account((this.#params['account'] ?? '') as AccountId)
  )
  readonly scope: 'own' | 'subtree' = $derived.by(() => (this.#params['scope'] === 'own' ? 'own' : 'subtree'))
  readonly hasBelow = $derived.by(
    () => this.#open.accounts.value?.some((row) => row.parent === this.account?.account) ?? false
  )
  readonly isFiltered = $derived.by(() => Object.keys(filterOf(this.#params)).length > 0)
  readonly #key = $derived.by(() =>
    JSON.stringify([this.#open.summary.book, this.account?.account, this.scope, filterOf(this.#params)])
  )

  /** To be made while a component is set up. `onOther` is called when another list is shown. */
  constructor(app: App, open: OpenBook, onOther: () => void) {
    this.#app = app
    this.#open = open
    this.rows = new RowWindow<Line>(app)
    $effect(() => {
      void this.#key
      untrack(() => {
        this.rows.show(this.#fetcher())
        onOther()
      })
    })
    $effect(() => {
      void app.channels
      untrack(() => this.rows.refresh())
    })
  }

  #fetcher(): (offset: number, limit: number) => Promise<Outcome<Page<Line>>> {
    const { api } = this.#app
    const filter = filterOf(this.#params)
    const asked = { book: this.#open.summary.book, filter, order: 'newest' as const }
    const [account, scope] = [this.account?.account, this.scope]
    if (account) {
      return async (offset, limit) =>
        linesOf(await api.register({ ...asked, account, scope, offset, limit }), (register) => ({
          transaction: register.transaction,
          register
        }))
    }
    return async (offset, limit) =>
      linesOf(await api.journal({ ...asked, offset, limit }), (transaction) => ({
        transaction,
        register: null
      }))
  }
}

function linesOf<Row>(page: Outcome<Page<Row>>, lineOf: (row: Row) => Line): Outcome<Page<Line>> {
  if (!page.ok) return page
  return { ok: true, value: { ...page.value, rows: page.value.rows.map(lineOf) } }
}
