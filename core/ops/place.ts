/** Places: `<log>-<index>-<operation>`, the name of whatever that operation created. */
import type { LogId, Place } from '../contract/index.js'

export const placeOf = <P extends Place>(log: LogId, index: number, operation: number): P =>
  `${log}-${index}-${operation}` as P

/** The parts of a place, or null if it is none. Never throws. */
export function parsePlace(place: string): { log: LogId; index: number; operation: number } | null {
  const match = /^([ybndrfg8ejkmcpqxot1uwisza345h769]{52})-(0|[1-9]\d{0,14})-(0|[1-9]\d{0,3})$/.exec(place)
  if (!match) return null
  return { log: match[1] as LogId, index: Number(match[2]), operation: Number(match[3]) }
}
