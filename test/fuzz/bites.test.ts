/** Shows that the fuzzer bites: each of these bugs, put into a decoder, is found by a stated number of inputs. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { c, type State } from '../../core/ops/primitives.js'
import { fuzz, type Finding } from './fuzz.js'
import { utf8, type Target } from './target.js'
import { entry, header } from './targets/logs.js'
import { amount } from './targets/texts.js'
import { backupRecords, keyringContent } from './targets/files.js'
import { peerMessages } from './targets/messages.js'
import { phraseWords } from './targets/texts.js'
import { webSession } from './targets/web-session.js'
import * as backupFormat from '../../core/engine/backup-format.js'
import * as channel from '../../core/engine/channel.js'
import * as keyringFile from '../../core/engine/keyring-file.js'
import * as phrases from '../../core/identity/phrase.js'
import * as amounts from '../../core/contract/amounts.js'

/** What the first of a few seeds finds in so many inputs; null if none does. */
async function finds(target: Target, inputs: number): Promise<Finding | null> {
  for (let seed = 1; seed <= 3; seed++) {
    const { finding } = await fuzz(target, { seed, isOver: (tried) => tried >= inputs })
    if (finding) return finding
  }
  return null
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the fuzzer finds in a real decoder, within 20,000 inputs,', () => {
  it('a number that is read in more than one form', async () => {
    const strict = c.uint.decode
    vi.spyOn(c.uint, 'decode').mockImplementation((state: State) => {
      const { buffer, start, end } = state
      if (buffer[start] !== 0xfd || start + 3 > end) return strict(state)
      state.start = start + 3
      return buffer.readUInt16LE(start + 1)
    })
    expect((await finds(entry, 20_000))?.what).toContain('an entry has two blocks')
  })

  it('a text that is read past where its bytes end', async () => {
    const strict = c.string.decode
    vi.spyOn(c.string, 'decode').mockImplementation((state: State) => {
      const before = state.start
      try {
        return strict(state)
      } catch {
        state.start = Math.min(state.end, before + 1)
        return ''
      }
    })
    expect(await finds(header, 20_000)).not.toBe(null)
  })

  it('JSON that is taken as it comes', async () => {
    const parse = JSON.parse
    vi.spyOn(JSON, 'parse').mockImplementation((text: string) => {
      const value: unknown = parse(text)
      // As a careless merge would.
      const own = value !== null && typeof value === 'object' && Object.hasOwn(value, '__proto__')
      if (own) Object.assign(Object.prototype, { polluted: 1 })
      return value
    })
    const finding = await finds(peerMessages, 20_000)
    delete (Object.prototype as { polluted?: unknown }).polluted
    expect(finding?.what).toContain('it changed what all objects have')
  })

  it('an amount that goes through floating point', async () => {
    const exact = amounts.parseAmount
    vi.spyOn(amounts, 'parseAmount').mockImplementation((text, currency) => {
      const read = exact(text, currency)
      return read.ok && text.includes('.') ? { ok: true, value: (read.value * 1.1) / 1.1 } : read
    })
    expect(await finds(amount, 20_000)).not.toBe(null)
  })

  it('a keyring that may ask for any amount of work', async () => {
    const strict = keyringFile.decodeKeyring
    vi.spyOn(keyringFile, 'decodeKeyring').mockImplementation((bytes) => {
      const text = Buffer.from(bytes).toString('utf8')
      const operations = Number(/"operations":(\d+)/.exec(text)?.[1] ?? 1)
      const kept = strict(Buffer.from(text.replace(`"operations":${operations}`, '"operations":1')))
      return kept?.passphrase ? { ...kept, passphrase: { ...kept.passphrase, operations } } : kept
    })
    expect((await finds(keyringContent, 20_000))?.what).toContain('a key that takes')
  })

  it('a pair in a backup that says it is longer than it is', async () => {
    const strict = backupFormat.decodeRecord
    vi.spyOn(backupFormat, 'decodeRecord').mockImplementation((kind, bytes) => {
      const read = strict(kind, bytes)
      if (read.ok || kind !== 2 || bytes.length < 2) return read
      return { ok: true, value: { kind: 'pair', key: bytes.subarray(2), value: bytes.subarray(bytes.length) } }
    })
    expect((await finds(backupRecords, 20_000))?.what).toContain('a record')
  })

  it('a phrase whose checksum is not looked at', async () => {
    const strict = phrases.readPhrase
    vi.spyOn(phrases, 'readPhrase').mockImplementation((text) => {
      const read = strict(text)
      if (read.ok || read.error.code !== 'PHRASE_CHECKSUM') return read
      return { ok: true, value: { seed: new Uint8Array(32), language: 'en' } }
    })
    expect((await finds(phraseWords, 20_000))?.what).toContain('a phrase does not come back the same')
  })

  it('an answer over a session that is another one where it cannot be written', async () => {
    const strict = channel.encodeFrame
    vi.spyOn(channel, 'encodeFrame').mockImplementation((form, frame) => {
      const written = strict(form, frame)
      if (String(written).includes('constructor')) throw new Error('not written')
      return written
    })
    expect((await finds(await webSession(), 1_000))?.what).toContain('what reached the engine')
  })
})

const toy = (check: (input: Buffer) => unknown): Target => ({
  name: 'toy',
  seeds: [utf8('\u0003abc'), utf8('{"a":[1,2,3]}')],
  words: [],
  mostBytes: 4_096,
  check: (input) => (check(Buffer.from(input)) === null ? 'refused' : 'taken')
})

describe('the fuzzer finds in a decoder that', () => {
  it('believes a length before its bytes are there', async () => {
    const finding = await finds(
      toy((input) => (input.length < 4 ? null : Buffer.alloc(input.readUInt32LE(0) % 2 ** 28))),
      2_000
    )
    expect(finding?.what).toMatch(/MiB to read/)
  })

  it('takes time that is out of proportion', async () => {
    const finding = await finds(
      toy((input) => {
        // Quadratic, as a list is that is searched for each of its items.
        let sum = 0
        for (const one of input)
          for (const other of input) for (let i = 0; i < 100; i++) sum += (one ^ other) & i
        if (sum < 0) throw new Error('impossible')
        return null
      }),
      2_000
    )
    expect(finding?.what).toMatch(/ms to read/)
  })

  it('throws where it should refuse; and gives the shortest input that shows it', async () => {
    const finding = await finds(
      toy((input) => {
        if (input.includes(0xff)) throw new RangeError('an edge')
        return null
      }),
      2_000
    )
    expect(finding?.what).toBe('RangeError: an edge')
    expect([...(finding?.input ?? [])]).toEqual([0xff])
  })
})

describe('a seed', () => {
  it('makes the same inputs each time', async () => {
    const play = async (seed: number): Promise<string[]> => {
      const tried: string[] = []
      const trying = (input: Uint8Array): void => void tried.push(Buffer.from(input).toString('hex'))
      await fuzz(entry, { seed, isOver: (inputs) => inputs >= 1_000, trying })
      return tried
    }
    const [once, again, other] = [await play(7), await play(7), await play(8)]
    expect(again).toEqual(once)
    expect(other).not.toEqual(once)
  })
})
