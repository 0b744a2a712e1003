/** Calendar dates and moments: shown by locale, typed the same way everywhere. */
import type { IsoDate } from '../../core/contract/index.js'

const DAY_MS = 86_400_000

const at = (date: IsoDate): Date => new Date(`${date}T00:00:00Z`)
const isoOf = (utc: Date): IsoDate => utc.toISOString().slice(0, 10) as IsoDate

/** This device's date now. */
export function today(now: Date = new Date()): IsoDate {
  return isoOf(new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())))
}

export const addDays = (date: IsoDate, days: number): IsoDate =>
  isoOf(new Date(at(date).getTime() + days * DAY_MS))

/** First and last day of the month that is `months` away from the date's. */
export function monthOf(date: IsoDate, months = 0): { from: IsoDate; to: IsoDate } {
  const day = at(date)
  const from = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1))
  const to = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0))
  return { from: isoOf(from), to: isoOf(to) }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale, options)))
  return format
}

/** `14 Mar 2026`. */
export const formatDate = (date: IsoDate, locale: string): string =>
  dateFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at(date))

/**
 * `14 Mar 2026`, as it stands in a column. Chinese dates are written in figures of one width there, so that they stand
 * below each other: `2026/03/14`.
 */
export const formatDay = (date: IsoDate, locale: string): string =>
  locale.startsWith('zh')
    ? dateFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' }).format(
        at(date)
      )
    : formatDate(date, locale)

/** `14 March 2026, 09:41`, in this device's time zone. */
export const formatMoment = (ms: number, locale: string): string =>
  dateFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(ms))

/** `09:41`, in this device's time zone. */
export const formatTime = (ms: number, locale: string): string =>
  dateFormat(locale, { timeStyle: 'short' }).format(new Date(ms))

/** The day that a moment falls on here. */
export const dayOf = (ms: number): IsoDate => today(new Date(ms))

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000]
]

/** `3 hours ago`; null for less than a minute. */
export function formatAgo(ms: number, nowMs: number, locale: string): string | null {
  const apart = ms - nowMs
  for (const [unit, unitMs] of STEPS) {
    if (Math.abs(apart) >= unitMs) {
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.trunc(apart / unitMs), unit)
    }
  }
  return null
}

/**
 * A date as it is typed: `2026-03-14`, `03-14` (of the year of `near`), `14` (of its month), `t` for today. Slashes
 * and points do as well where the year comes first. Anything else could mean two days, and is refused with null.
 */
export function parseDate(text: string, near: IsoDate): IsoDate | null {
  const typed = text.trim().toLowerCase()
  if (typed === 't') return today()
  const parts = /^(?:(?:(\d{4})[-/.])?(\d{1,2})[-/.])?(\d{1,2})$/.exec(typed)
  if (!parts) return null
  if (parts[2] && !parts[1] && !typed.includes('-')) return null
  const [year, month] = near.split('-')
  const iso = [parts[1] ?? year, (parts[2] ?? month ?? '').padStart(2, '0'), parts[3]?.padStart(2, '0')].join(
    '-'
  )
  const valid = !Number.isNaN(Date.parse(`${iso}T00:00:00Z`)) && isoOf(at(iso as IsoDate)) === iso
  return valid ? (iso as IsoDate) : null
}
