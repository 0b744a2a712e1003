/** Block 0 of every log: which book it belongs to, whose device writes it, and what it continues. */
import type { Outcome } from '../contract/index.js'
import { LIMITS, done, refuse } from '../contract/index.js'
import type { State } from './primitives.js'
import { c } from './primitives.js'
import { getEncoding } from './spec/index.js'

/** The newest header format that this code writes and reads. */
export const HEADER_FORMAT = 1

const ENCODING = getEncoding('@guildbook/header')

/** What block 0 says. Keys and nonces are 32 bytes, signatures 64. */
export interface SegmentHeader {
  readonly format: number
  /** Names the book; signed by the founder. */
  readonly founding: {
    readonly founder: Uint8Array
    readonly nonce: Uint8Array
    readonly createdMs: number
    readonly signature: Uint8Array
  }
  /** Says that the device is a member's; signed by the member. */
  readonly device: {
    readonly member: Uint8Array
    readonly device: Uint8Array
    readonly deviceName: string
    readonly platform: string
    readonly createdMs: number
    readonly signature: Uint8Array
  }
  /** 0, 1, 2 … of that device. */
  readonly segment: number
  /** The segment that this one continues, and how much of it counts. */
  readonly previous: { readonly log: Uint8Array; readonly length: number } | null
  /** By the device's key. */
  readonly signature: Uint8Array
}

function check({ format, device }: SegmentHeader): void {
  if (format !== HEADER_FORMAT) throw new RangeError(`no such format: ${format}`)
  if (device.deviceName.length > LIMITS.deviceNameLength) throw new RangeError('the device name is too long')
  if (device.platform.length > LIMITS.deviceNameLength) throw new RangeError('the platform is too long')
}

/** The block of a header. Throws on what `decodeHeader` would refuse. */
export function encodeHeader(header: SegmentHeader): Uint8Array {
  check(header)
  const state: State = { start: 0, end: 0, buffer: Buffer.alloc(0) }
  ENCODING.preencode(state, header)
  state.buffer = Buffer.alloc(state.end)
  ENCODING.encode(state, header)
  return state.buffer
}

/** Never throws. Refuses BLOCK_TOO_LARGE, HEADER_MALFORMED (`details.what`), NEEDS_NEWER_VERSION (`details.version`). */
export function decodeHeader(block: Uint8Array): Outcome<SegmentHeader> {
  const bytes = block.byteLength
  if (bytes > LIMITS.blockBytes) {
    return refuse('BLOCK_TOO_LARGE', `A block of ${bytes} bytes; at most ${LIMITS.blockBytes} are taken.`, {
      bytes
    })
  }
  const state: State = { start: 0, end: bytes, buffer: Buffer.from(block) }
  try {
    const version = c.uint.decode({ ...state })
    if (version > HEADER_FORMAT) {
      return refuse('NEEDS_NEWER_VERSION', `Log format ${version} needs a newer Guildbook.`, { version })
    }
    const header: SegmentHeader = ENCODING.decode(state)
    if (state.start !== state.end) throw new Error('bytes after the last field')
    check(header)
    return done(header)
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return refuse('HEADER_MALFORMED', `Not a log's header: ${what}, near byte ${state.start}.`, { what })
  }
}

/**
 * The founding certificate in a header of whatever format: each begins with its number and this, so that an older app
 * can tell a newer header from noise. null where there is none. Never throws.
 */
export function foundingIn(block: Uint8Array): SegmentHeader['founding'] | null {
  const state: State = { start: 0, end: block.byteLength, buffer: Buffer.from(block) }
  try {
    c.uint.decode(state)
    const [founder, nonce] = [c.fixed32.decode(state), c.fixed32.decode(state)]
    return { founder, nonce, createdMs: c.uint.decode(state), signature: c.fixed64.decode(state) }
  } catch {
    return null
  }
}
