/** A problem of the sync as one sentence: what happened, what is safe, what to do. */
import type { Problem } from '../../core/contract/index.js'
import type { I18n } from '../i18n/i18n.svelte.js'

export const problemSentence = (problem: Problem, i18n: I18n): string =>
  i18n.text(`sync.problem.${problem.kind}`, { name: problem.memberName ?? i18n.text('sync.someone') })
