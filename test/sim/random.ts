/**
 * Random numbers that a seed decides: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (2018), its state filled
 * by the finaliser of MurmurHash3 over a Weyl sequence (splitmix32). Both are in the public domain.
 */
export class Random {
  readonly #state: [number, number, number, number]

  constructor(seed: number) {
    let weyl = seed >>> 0
    const fill = (): number => {
      weyl = (weyl + 0x9e3779b9) >>> 0
      let z = weyl
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      return (z ^ (z >>> 16)) >>> 0
    }
    this.#state = [fill(), fill(), fill(), fill()]
  }

  /** A stream of its own, so that drawing more from one does not change the other. */
  fork(): Random {
    return new Random(this.next())
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    const s = this.#state
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = rotate(s[3], 11)
    return result
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count)
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[]
    let left = this.below(names.reduce((sum, name) => sum + weights[name], 0))
    for (const name of names) if ((left -= weights[name]) < 0) return name
    throw new Error('no weights')
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.next() >>> 24)
  }
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
