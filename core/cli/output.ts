/** How a command answers: one JSON value for programs, or text for people. Messages always go to stderr. */
import type { Outcome, Refusal } from '../contract/index.js'

/** What a command found or did. */
export interface Answer {
  /** Lists are arrays, single things objects; amounts and ids are strings. See JSON.md. */
  readonly json: unknown
  readonly text: () => string
}

export const answer = (json: unknown, text: () => string): { readonly ok: true; readonly value: Answer } => ({
  ok: true,
  value: { json, text }
})

export const EXIT = { done: 0, refused: 1, usage: 2, interrupted: 130 } as const

export type Form = 'json' | 'text'

/** A mistake in how the command was called, found after the command line itself was read. Exit code 2. */
export class UsageError extends Error {}

export class Output {
  readonly form: Form
  constructor(form: Form) {
    this.form = form
  }

  /** The command's answer, or one of several while it goes on. */
  show(value: Answer): void {
    const text = this.form === 'json' ? JSON.stringify(value.json) : value.text()
    if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** What is going on, for whoever watches. */
  tell(message: string): void {
    process.stderr.write(`${message}\n`)
  }

  refused(error: Refusal): void {
    if (this.form === 'json') process.stdout.write(`${JSON.stringify({ error })}\n`)
    this.tell(`guildbook: ${error.message}`)
  }

  /** @returns the exit code */
  finish(outcome: Outcome<Answer | null>): number {
    if (!outcome.ok) {
      this.refused(outcome.error)
      return EXIT.refused
    }
    if (outcome.value) this.show(outcome.value)
    return EXIT.done
  }
}

export type Alignment = 'left' | 'right'

/** Columns side by side, two spaces apart, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string {
  const widths = alignments.map((_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))))
  return rows
    .map((row) =>
      alignments
        .map((alignment, column) => {
          const cell = row[column] ?? ''
          const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell))
          return alignment === 'right' ? padding + cell : cell + padding
        })
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

/** A moment as this machine's clock shows it, in the order in which dates are written here: `2026-01-31 18:05`. */
export function localTime(ms: number): string {
  const moment = new Date(ms)
  const day = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map(twoDigits).join('-')
  return `${day} ${[moment.getHours(), moment.getMinutes()].map(twoDigits).join(':')}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Columns of a terminal that a text takes: CJK and full-width characters take two. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : 1
  return width
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/
