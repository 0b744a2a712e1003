/**
 * Names as strings and as they are on the wire. Keys, dates and currencies recur in every block, so that what was once
 * converted is kept, up to a bound: a hostile log of ever new names costs no more memory than that.
 */
import z32 from 'z32'
import type { CurrencyCode, IsoDate } from '../contract/index.js'

const KEPT = 16_384
const KEY_LENGTH = 52

/** A map that starts anew when it is full. */
function remember<From, To>(make: (from: From) => To): (from: From) => To {
  const kept = new Map<From, To>()
  return (from) => {
    const known = kept.get(from)
    if (known !== undefined) return known
    if (kept.size >= KEPT) kept.clear()
    const made = make(from)
    kept.set(from, made)
    return made
  }
}

const nameOfLatin1 = remember((latin1: string) => z32.encode(Buffer.from(latin1, 'latin1')))

/** The z-base-32 name of 32 bytes. */
export function nameOfKey<Name extends string>(key: Uint8Array): Name {
  return nameOfLatin1(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')) as Name
}

const keyOf = remember((name: string): Buffer => {
  const key = name.length === KEY_LENGTH ? Buffer.from(z32.decode(name)) : Buffer.alloc(0)
  if (key.byteLength < 32 || nameOfKey(key.subarray(0, 32)) !== name)
    throw new RangeError(`not the name of a key: ${name}`)
  return key.subarray(0, 32)
})

/** The 32 bytes of a z-base-32 name. Throws on what is none. */
export const keyOfName = (name: string): Buffer => keyOf(name)

/** Days of a month, in the Gregorian calendar. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const dateOf = remember((wire: number): string => {
  const [year, month, day] = [Math.floor(wire / 10_000), Math.floor(wire / 100) % 100, wire % 100]
  const exists =
    year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  if (!exists) throw new Error('not a date')
  const digits = String(wire).padStart(8, '0')
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
})

/** `20260131` as `2026-01-31`. Throws on what is no day of the calendar. */
export const dateOfWire = (wire: number): IsoDate => dateOf(wire) as IsoDate

const wireDate = remember((date: string): number => {
  const wire = /^\d{4}-\d\d-\d\d$/.test(date) ? Number(date.replaceAll('-', '')) : 0
  if (dateOf(wire) !== date) throw new RangeError(`not a date: ${date}`)
  return wire
})

export const wireOfDate = (date: IsoDate): number => wireDate(date)

const currencyOf = remember((wire: number): string => {
  const code = String.fromCharCode(wire & 0xff, (wire >> 8) & 0xff, wire >> 16)
  if (!/^[A-Z]{3}$/.test(code)) throw new Error('not a currency code')
  return code
})

/** The code whose three capitals are these bytes. Throws on others. */
export const currencyOfWire = (wire: number): CurrencyCode => currencyOf(wire) as CurrencyCode

const wireCurrency = remember((code: string): number => {
  if (!/^[A-Z]{3}$/.test(code)) throw new RangeError(`not a currency code: ${code}`)
  return code.charCodeAt(0) | (code.charCodeAt(1) << 8) | (code.charCodeAt(2) << 16)
})

export const wireOfCurrency = (code: CurrencyCode): number => wireCurrency(code)
