/** What a text may hold: well-formed Unicode, of limited length, without control characters. */
import { done, refuse, type Outcome, type Refusal } from '../contract/index.js'

/** Lone surrogates, control characters, and the separators that break lines. */
const UNFIT_FOR_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u
/** The same, except that a newline may stand. */
const UNFIT_FOR_LINES = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * Accepts one line of text, or with `lines` any number of lines. `what` names the text in messages; lengths are in
 * UTF-16 units. Refuses with TEXT_TOO_LONG, or BAD_REQUEST for characters that cannot be kept.
 */
export function checkText(
  text: string,
  what: string,
  longest: number,
  shape: 'line' | 'lines'
): Outcome<string> {
  const error = textProblem(text, what, longest, shape)
  return error ? { ok: false, error } : done(text)
}

/** What `checkText` would refuse the text with, or null. */
export function textProblem(
  text: string,
  what: string,
  longest: number,
  shape: 'line' | 'lines'
): Refusal | null {
  if (text === '') return null
  if (text.length > longest) {
    return refuse('TEXT_TOO_LONG', `The ${what} has ${text.length} characters; shorten it to ${longest}.`, {
      what,
      longest
    }).error
  }
  if (isPlain(text) || !(shape === 'line' ? UNFIT_FOR_A_LINE : UNFIT_FOR_LINES).test(text)) return null
  return refuse('BAD_REQUEST', `The ${what} has a control character or broken Unicode in it; remove that.`, {
    what
  }).error
}

/** Whether it is of ASCII's printable characters alone, as most short texts are: quicker than the expressions. */
function isPlain(text: string): boolean {
  if (text.length > 64) return false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit > 0x7e) return false
  }
  return true
}

/** A text that names something: not empty, and no whitespace around it. */
export function checkName(text: string, what: string, longest: number): Outcome<string> {
  if (text.trim() === '') return refuse('TEXT_EMPTY', `The ${what} is empty; write one.`, { what })
  const checked = checkText(text, what, longest, 'line')
  if (!checked.ok) return checked
  if (text !== text.trim()) {
    return refuse('BAD_REQUEST', `The ${what} begins or ends with a space; remove it.`, { what })
  }
  return checked
}
