/** Judges what came from outside before anything looks into it: plain data only, and not too much of it. */

/** Nesting that no honest request comes near. */
const MAX_DEPTH = 64
/** What an empty value is counted as, so that a great many nothings are not free. */
const NODE_BYTES = 8

/**
 * Roughly how many bytes a value takes, or null if it is not plain data (strings, numbers, bigints, booleans, null,
 * undefined, dense arrays, objects without a class), is nested too deeply, or takes more than `limitBytes`.
 *
 * A value that refers to one part many times is charged for each time, so it cannot unfold into something endless.
 * Never throws; the work is bounded by `limitBytes`.
 */
export function plainBytes(value: unknown, limitBytes: number): number | null {
  let left = limitBytes

  function fits(item: unknown, depth: number): boolean {
    left -= NODE_BYTES
    if (left < 0 || depth > MAX_DEPTH) return false
    switch (typeof item) {
      case 'string':
        left -= item.length
        return left >= 0
      case 'bigint':
      case 'number':
      case 'boolean':
      case 'undefined':
        return true
      case 'object':
        if (item === null) return true
        return Array.isArray(item) ? arrayFits(item, depth) : objectFits(item, depth)
      default:
        return false
    }
  }

  function arrayFits(items: readonly unknown[], depth: number): boolean {
    if (items.length * NODE_BYTES > left) return false
    for (let index = 0; index < items.length; index++) {
      if (!(index in items) || !fits(items[index], depth + 1)) return false
    }
    return true
  }

  function objectFits(item: object, depth: number): boolean {
    if (Object.prototype.toString.call(item) !== '[object Object]') return false
    for (const [key, part] of Object.entries(item)) {
      left -= key.length
      if (!fits(part, depth + 1)) return false
    }
    return true
  }

  return fits(value, 0) ? limitBytes - left : null
}
