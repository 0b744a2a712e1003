/**
 * The primitives under the generated encodings: the byte format of compact-encoding, read strictly. A value has one
 * encoding only, nothing is read past the end, and a length or count is believed only if the bytes for it are there.
 * What is wrong is thrown as an Error; the codecs turn that into an outcome.
 */
export interface State {
  start: number
  end: number
  buffer: Buffer
}

const TWO_32 = 0x1_0000_0000
const MAX_HIGH = 0x1f_ffff
const fatal = new TextDecoder('utf-8', { fatal: true })

/** Claims `bytes` and says where they start. */
function take(state: State, bytes: number): number {
  const start = state.start
  if (bytes > state.end - start) throw new Error('ends too early')
  state.start = start + bytes
  return start
}

function preencodeUint(state: State, value: number): void {
  state.end += value <= 0xfc ? 1 : value <= 0xffff ? 3 : value < TWO_32 ? 5 : 9
}

function encodeUint(state: State, value: number): void {
  if (!(value >= 0) || !Number.isSafeInteger(value))
    throw new RangeError(`not an unsigned safe integer: ${value}`)
  if (value < TWO_32) return encodeHalves(state, value, 0)
  encodeHalves(state, value % TWO_32, Math.floor(value / TWO_32))
}

/** Writes high * 2^32 + low. */
function encodeHalves(state: State, low: number, high: number): void {
  const { buffer, start } = state
  if (high === 0 && low <= 0xfc) {
    buffer[start] = low
    state.start = start + 1
  } else if (high === 0 && low <= 0xffff) {
    buffer[start] = 0xfd
    state.start = buffer.writeUInt16LE(low, start + 1)
  } else if (high === 0) {
    buffer[start] = 0xfe
    state.start = buffer.writeUInt32LE(low, start + 1)
  } else {
    buffer[start] = 0xff
    buffer.writeUInt32LE(low, start + 1)
    state.start = buffer.writeUInt32LE(high, start + 5)
  }
}

function decodeUint(state: State): number {
  const first = state.buffer[take(state, 1)] as number
  if (first <= 0xfc) return first
  if (first === 0xff) return decodeHalves(state, MAX_HIGH, joinHalves)
  return decodeMiddle(state, first)
}

/** The forms of 2 and 4 bytes. */
function decodeMiddle(state: State, first: number): number {
  const value =
    first === 0xfd ? state.buffer.readUInt16LE(take(state, 2)) : state.buffer.readUInt32LE(take(state, 4))
  if (value <= (first === 0xfd ? 0xfc : 0xffff)) throw new Error('number is not in its shortest form')
  return value
}

function decodeHalves(state: State, maxHigh: number, join: (low: number, high: number) => number): number {
  const start = take(state, 8)
  const low = state.buffer.readUInt32LE(start)
  const high = state.buffer.readUInt32LE(start + 4)
  if (high === 0) throw new Error('number is not in its shortest form')
  if (high > maxHigh) throw new Error('number is not a safe integer')
  return join(low, high)
}

const joinHalves = (low: number, high: number): number => high * TWO_32 + low

/** Zigzag of 54 bits: halved before it is joined, since it need not be a safe integer itself. */
function unzigzagHalves(low: number, high: number): number {
  const half = Math.floor(high / 2) * TWO_32 + ((low >>> 1) + (high & 1 ? 0x8000_0000 : 0))
  const value = low & 1 ? -half - 1 : half
  if (!Number.isSafeInteger(value)) throw new Error('number is not a safe integer')
  return value
}

const uint = {
  preencode: preencodeUint,
  encode: encodeUint,
  decode: decodeUint,
  /** Flags of a struct that may grow. */
  flags: (state: State, known: number): number => checkFlags(decodeUint(state), known),
  /** Of a struct that has had flags only since it grew: they are there if one is set. */
  laterFlags(state: State, known: number): number {
    if (state.start >= state.end) return 0
    const flags = checkFlags(decodeUint(state), known)
    if (flags === 0) throw new Error('flags in place of none')
    return flags
  }
}

function checkFlags(flags: number, known: number): number {
  if (flags > known || (flags & ~known) !== 0) throw new Error('unknown flags')
  return flags
}

const uint8 = {
  preencode: (state: State): void => void state.end++,
  encode: (state: State, value: number): void => void (state.buffer[state.start++] = value),
  decode: (state: State): number => state.buffer[take(state, 1)] as number,
  /** Flags of a compact struct. */
  flags: (state: State, known: number): number => checkFlags(uint8.decode(state), known)
}

/** Three bytes that are not all zero: zero stands for an absent optional field. */
const uint24 = {
  preencode: (state: State): void => void (state.end += 3),
  encode: (state: State, value: number): void =>
    void (state.start = state.buffer.writeUIntLE(value, state.start, 3)),
  decode(state: State): number {
    const start = take(state, 3)
    const { buffer } = state
    const [a, b, c] = [buffer[start] as number, buffer[start + 1] as number, buffer[start + 2] as number]
    if ((a | b | c) === 0) throw new Error('zero in place of none')
    return a | (b << 8) | (c << 16)
  }
}

/** Signed safe integers as zigzag: 0, -1, 1, -2 … are 0, 1, 2, 3 … */
const int = {
  preencode(state: State, value: number): void {
    preencodeUint(state, value < 0 ? -2 * value - 1 : 2 * value)
  },
  encode(state: State, value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`)
    const half = value < 0 ? -1 - value : value
    const high = Math.floor(half / 0x8000_0000)
    const low = ((half % 0x8000_0000) * 2 + (value < 0 ? 1 : 0)) >>> 0
    encodeHalves(state, low, high)
  },
  decode(state: State): number {
    const first = state.buffer[take(state, 1)] as number
    if (first === 0xff) return decodeHalves(state, 0x3f_ffff, unzigzagHalves)
    const zigzag = first <= 0xfc ? first : decodeMiddle(state, first)
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
  }
}

function checkUtf8(bytes: Uint8Array): void {
  try {
    fatal.decode(bytes)
  } catch {
    throw new Error('a text is not UTF-8')
  }
}

/** UTF-8 behind its length in bytes. A lone surrogate is written as U+FFFD. */
const string = {
  preencode(state: State, value: string): void {
    const bytes = Buffer.byteLength(value)
    preencodeUint(state, bytes)
    state.end += bytes
  },
  encode(state: State, value: string): void {
    const bytes = Buffer.byteLength(value)
    encodeUint(state, bytes)
    state.start += state.buffer.write(value, state.start, bytes, 'utf8')
  },
  decode(state: State): string {
    const bytes = decodeUint(state)
    if (bytes === 0) return ''
    const start = take(state, bytes)
    const text = state.buffer.toString('utf8', start, start + bytes)
    // what is invalid becomes U+FFFD, but that may also be what was written
    if (text.includes('\ufffd')) checkUtf8(state.buffer.subarray(start, start + bytes))
    return text
  }
}

const fixed = (bytes: number) => ({
  preencode: (state: State): void => void (state.end += bytes),
  encode(state: State, value: Uint8Array): void {
    if (value.byteLength !== bytes) throw new RangeError(`not ${bytes} bytes: ${value.byteLength}`)
    state.buffer.set(value, state.start)
    state.start += bytes
  },
  decode(state: State): Uint8Array {
    const start = take(state, bytes)
    return state.buffer.subarray(start, start + bytes)
  }
})

export interface Encoding<T> {
  preencode(state: State, value: T): void
  encode(state: State, value: T): void
  decode(state: State): T
}

/** A count, then that many values of one byte or more each. */
const array = <T>(of: Encoding<T>): Encoding<readonly T[]> => ({
  preencode(state, values) {
    preencodeUint(state, values.length)
    for (const value of values) of.preencode(state, value)
  },
  encode(state, values) {
    encodeUint(state, values.length)
    for (const value of values) of.encode(state, value)
  },
  decode(state) {
    const count = decodeUint(state)
    if (count > state.end - state.start) throw new Error('ends too early')
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(of.decode(state))
    return values
  }
})

export const c = { uint, uint8, uint24, int, string, fixed32: fixed(32), fixed64: fixed(64), array }
