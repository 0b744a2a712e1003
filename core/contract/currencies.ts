/**
 * Currencies: the active ISO 4217 codes and how many decimals each has. A fixed table and not `Intl`, because every
 * peer must agree on what a minor unit is, whatever the runtime that it has.
 */
import type { CurrencyCode } from './ids.js'

const TWO_DECIMALS = `
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
  CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR
  ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV
  MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
  SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'
const FOUR_DECIMALS = 'CLF UYW'

const codes = (list: string): CurrencyCode[] => list.trim().split(/\s+/) as CurrencyCode[]

const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...codes(TWO_DECIMALS).map((code) => [code, 2] as const),
  ...codes(NO_DECIMALS).map((code) => [code, 0] as const),
  ...codes(THREE_DECIMALS).map((code) => [code, 3] as const),
  ...codes(FOUR_DECIMALS).map((code) => [code, 4] as const)
])

/** All codes that a book can use, in alphabetical order. */
export const CURRENCIES: readonly CurrencyCode[] = ([...EXPONENTS.keys()] as CurrencyCode[]).sort()

/** Whether the text is a code that a book can use; capitals only. */
export const isCurrency = (text: string): text is CurrencyCode => EXPONENTS.has(text)

/** How many decimals the currency has (a minor unit is 10 to the minus that); null for an unknown code. */
export const exponentOf = (currency: string): number | null => EXPONENTS.get(currency) ?? null
