/** Exact sums per currency, quick while they fit a safe integer and right when they do not. */
import type { CurrencyCode, Total } from '../contract/index.js'

interface Sum {
  /** A safe integer. */
  near: number
  /** What did not fit. */
  far: bigint
}

export class Sums {
  readonly #sums = new Map<CurrencyCode, Sum>()
  /** Mostly the same currency is added again. */
  #latest: CurrencyCode | null = null
  #latestSum: Sum | null = null

  /** Adds a safe integer. */
  add(currency: CurrencyCode, amountMinor: number): void {
    const sum = this.#of(currency)
    const near = sum.near + amountMinor
    if (Number.isSafeInteger(near)) {
      sum.near = near
      return
    }
    sum.far += BigInt(sum.near)
    sum.near = amountMinor
  }

  addAll(other: Sums): void {
    for (const [currency, { near, far }] of other.#sums) {
      this.add(currency, near)
      if (far !== 0n) this.#of(currency).far += far
    }
  }

  get(currency: CurrencyCode): bigint {
    const sum = this.#sums.get(currency)
    return sum ? sum.far + BigInt(sum.near) : 0n
  }

  /** By currency in alphabetical order, without those that are zero. */
  totals(): Total[] {
    return [...this.#sums]
      .map(([currency, { near, far }]) => ({ currency, amountMinor: far + BigInt(near) }))
      .filter((total) => total.amountMinor !== 0n)
      .sort((a, b) => (a.currency < b.currency ? -1 : 1))
  }

  #of(currency: CurrencyCode): Sum {
    if (currency === this.#latest && this.#latestSum) return this.#latestSum
    let sum = this.#sums.get(currency)
    if (!sum) this.#sums.set(currency, (sum = { near: 0, far: 0n }))
    this.#latest = currency
    return (this.#latestSum = sum)
  }
}
