/** Calendar dates, `YYYY-MM-DD` of the years 1 to 9999, without time or zone. */
import { done, refuse, type IsoDate, type Outcome, type Refusal } from '../contract/index.js'

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Days of the month (1 to 12) in the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leap ? 29 : (MONTH_LENGTHS[month - 1] ?? 0)
}

/** Whether the text is a date that exists, in exactly this form. */
export function isDate(text: string): text is IsoDate {
  if (text.length !== 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false
  for (let at = 0; at < 10; at++) if (at !== 4 && at !== 7 && !isDigit(digit(text, at))) return false
  const year = digit(text, 0) * 1000 + digit(text, 1) * 100 + digit(text, 2) * 10 + digit(text, 3)
  const month = digit(text, 5) * 10 + digit(text, 6)
  const day = digit(text, 8) * 10 + digit(text, 9)
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

const DASH = 45
const isDigit = (value: number): boolean => value >= 0 && value <= 9

/** Refuses with DATE_MALFORMED what is no calendar date. */
export const parseDate = (text: string): Outcome<IsoDate> =>
  isDate(text) ? done(text) : { ok: false, error: dateProblem(text) }

/** What a text that is no date is refused with. */
export function dateProblem(text: string): Refusal {
  const shown = text.slice(0, 32)
  return refuse('DATE_MALFORMED', `"${shown}" is not a calendar date; write it as 2026-01-31.`, { text: shown })
    .error
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48

/** A valid date as the integer yyyymmdd, which compares as dates do. */
export const dateNumber = (date: IsoDate): number =>
  digit(date, 0) * 10_000_000 +
  digit(date, 1) * 1_000_000 +
  digit(date, 2) * 100_000 +
  digit(date, 3) * 10_000 +
  digit(date, 5) * 1000 +
  digit(date, 6) * 100 +
  digit(date, 8) * 10 +
  digit(date, 9)

/** The date of an integer yyyymmdd that `dateNumber` gave. */
export function dateOfNumber(number: number): IsoDate {
  const digits = String(number).padStart(8, '0')
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` as IsoDate
}

/** Negative, zero or positive as the first is before, the same as, or after the second. */
export const compareDates = (a: IsoDate, b: IsoDate): number => (a < b ? -1 : a > b ? 1 : 0)
