/** Calendar dates, `YYYY-MM-DD` of the years 1 to 9999, without time or zone. */
import { done, refuse, type IsoDate, type Outcome } from '../contract/index.js'

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Days of the month (1 to 12) in the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leap ? 29 : (MONTH_LENGTHS[month - 1] ?? 0)
}

/** Whether the text is a date that exists, in exactly this form. */
export function isDate(text: string): text is IsoDate {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const number = dateNumber(text as IsoDate)
  const year = Math.floor(number / 10000)
  const month = Math.floor(number / 100) % 100
  const day = number % 100
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** Refuses with DATE_MALFORMED what is no calendar date. */
export function parseDate(text: string): Outcome<IsoDate> {
  if (isDate(text)) return done(text)
  const shown = text.slice(0, 32)
  return refuse('DATE_MALFORMED', `"${shown}" is not a calendar date; write it as 2026-01-31.`, { text: shown })
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
