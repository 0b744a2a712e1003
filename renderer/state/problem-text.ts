/** Why an entry cannot be saved, in the person's words. */
import type { I18n } from '../i18n/i18n.svelte.js'
import { formatMoney } from '../format/amount.js'
import type { DraftProblem, EntryDraft } from './entry-draft.svelte.js'

export function problemText(draft: EntryDraft, problem: DraftProblem, i18n: I18n): string {
  const number = (problem.line ?? 0) + 1
  switch (problem.kind) {
    case 'date':
      return i18n.text('entry.problem.date')
    case 'account':
      return i18n.text('entry.problem.account', { number })
    case 'amount':
      return problem.refusal ? i18n.refusal(problem.refusal) : i18n.text('entry.problem.amount', { number })
    case 'missing-amount':
      return i18n.text('entry.problem.amount', { number })
    case 'closed':
      return i18n.text('entry.problem.closed', { number })
    case 'currency':
      return i18n.text('entry.problem.currency', { number })
    case 'too-few':
      return i18n.text('entry.problem.tooFew')
    case 'unbalanced': {
      const sums = draft.balance.missing.map((sum) => formatMoney(sum.amountMinor, sum.currency, i18n.locale))
      return i18n.text('entry.problem.unbalanced', { amount: i18n.list(sums) })
    }
  }
}
