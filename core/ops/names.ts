/**
 * Names as strings and as they are on the wire. Keys, dates and currencies recur in every block, so that what was once
 * converted is kept, up to a bound: a hostile log of ever new names costs no more memory than that.
 */
import z32 from 'z32'
import type { CurrencyCode, IsoDate } from '../contract/index.js'
import { dateNumber, dateOfNumber, isDate } from '../domain/date.js'

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

const dateOf = remember((wire: number): string => {
  const date = dateOfNumber(wire)
  if (!isDate(date)) throw new Error('not a date')
  return date
})

/** `20260131` as `2026-01-31`. Throws on what is no day of the calendar. */
export const dateOfWire = (wire: number): IsoDate => dateOf(wire) as IsoDate

const wireDate = remember((date: string): number => {
  if (!isDate(date)) throw new RangeError(`not a date: ${date}`)
  return dateNumber(date)
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
