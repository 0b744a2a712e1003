/** What stands in logs: entries, headers with their certificates, sealed secrets, evidence of forks. */
import fc from 'fast-check'
import * as v from 'valibot'
import type { LogId } from '../../../core/contract/index.js'
import {
  bookIdOf,
  certifyDevice,
  deviceIdOf,
  found,
  keyOf,
  memberIdOf
} from '../../../core/identity/certificates.js'
import { checkForkEvidence, type ForkBranch, type ForkEvidence } from '../../../core/identity/fork-evidence.js'
import { keyPairOf, sign } from '../../../core/identity/keys.js'
import { logOfWriter, parentOf, rootSpans, signedHead, type TreeNode } from '../../../core/identity/log-tree.js'
import { openSealed, seal } from '../../../core/identity/sealing.js'
import { checkHeader, makeHeader } from '../../../core/log/header.js'
import { asRead, decodeEntry, encodeEntry } from '../../../core/ops/codec.js'
import { decodeHeader, encodeHeader } from '../../../core/ops/header.js'
import { skimEntry } from '../../../core/ops/skim.js'
import { entryOf, keyNumber } from '../../helpers/operations.js'
import { Broken, same, textOf, utf8, verdictOf, words, type Target, type Verdict } from '../target.js'

const OWN = keyNumber<LogId>(1)
const KIB = 1024

const isSameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

/** A block has one meaning, and an entry one block. */
export const entry: Target = {
  name: 'entry',
  seeds: fc.sample(entryOf(OWN), { seed: 1, numRuns: 80 }).map((each) => encodeEntry(each, OWN)),
  words: [],
  mostBytes: 64 * KIB,
  check(input) {
    const before = Buffer.from(input)
    const verdict = verdictOf(decodeEntry(input, OWN), (value) => {
      if (!isSameBytes(encodeEntry(value, OWN), before)) throw new Broken('an entry has two blocks')
      same('each operation', value.ops.map(asRead), value.ops)
      const skimmed = skimEntry(input, OWN)
      same(
        'what was skimmed',
        skimmed.kinds,
        value.ops.map(({ kind }) => kind)
      )
      same(
        'an operation by itself',
        value.ops.map((_, number) => skimmed.operation(number)),
        value.ops
      )
    })
    if (!isSameBytes(input, before)) throw new Broken('reading changed the block')
    return verdict
  }
}

const [member, device, writer] = [1, 2, 3].map((each) => keyPairOf(new Uint8Array(32).fill(each))) as [
  ReturnType<typeof keyPairOf>,
  ReturnType<typeof keyPairOf>,
  ReturnType<typeof keyPairOf>
]
const founding = found(member, new Uint8Array(32).fill(4), 1_700_000_000_000)
const BOOK = bookIdOf(founding)

function headerBlock(name: string, segment: number, length: number | null): Uint8Array {
  const certificate = certifyDevice(member, { publicKey: device.publicKey, name, platform: 'linux' }, 5)
  const previous = length === null ? null : { log: new Uint8Array(32).fill(7), length }
  return makeHeader({ founding, certificate, device, log: OWN, segment, previous })
}
const HEADERS = [
  headerBlock('Laptop', 0, null),
  headerBlock('', 70_000, 1),
  headerBlock('Ordinateur de Zoë', 300, 2 ** 40)
]

/** The same of headers; and one that was changed proves nothing. */
export const header: Target = {
  name: 'header',
  seeds: HEADERS,
  words: [],
  mostBytes: 8 * KIB,
  check(input) {
    const verdict = verdictOf(decodeHeader(input), (value) => {
      if (!isSameBytes(encodeHeader(value), input)) throw new Broken('a header has two blocks')
    })
    const isOriginal = HEADERS.some((each) => isSameBytes(each, input))
    verdictOf(checkHeader(input, OWN, BOOK), (author) => {
      if (!isOriginal) throw new Broken('a header that nobody signed is good')
      same(
        'the author',
        [author.member, author.device],
        [memberIdOf(member.publicKey), deviceIdOf(device.publicKey)]
      )
    })
    return verdict
  }
}

const SECRET = new Uint8Array(32).fill(6)
const box = seal(SECRET, member.publicKey, new Uint8Array(32).fill(8))
if (!box) throw new Error('it could not be sealed')
const BOX = new Uint8Array(Buffer.concat([box.ephemeral, box.box]))

export const sealedBox: Target = {
  name: 'sealed-box',
  seeds: [BOX],
  words: [],
  mostBytes: 256,
  check(input): Verdict {
    const opened = openSealed({ ephemeral: input.subarray(0, 32), box: input.subarray(32) }, member, 32)
    if (!opened) return 'refused'
    if (!isSameBytes(input, BOX)) throw new Broken('a box that was changed opens')
    same('the secret', opened, SECRET)
    return 'taken'
  }
}

/** As JSON, its bytes in hex: evidence has no form of its own on the wire yet. */
const asJson = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
const fromJson = (_key: string, value: unknown): unknown => {
  const hex = (value as { hex?: unknown } | null)?.hex
  return typeof hex === 'string' ? new Uint8Array(Buffer.from(hex, 'hex')) : value
}

/** Two histories of `one` and `other` blocks that have `shared` of them in common. */
function evidenceOf(shared: number, one: number, other: number): ForkEvidence {
  const log = logOfWriter(writer.publicKey)
  const leaf = (name: string): TreeNode => ({
    sizeBytes: 9,
    hash: new Uint8Array(Buffer.alloc(32, name))
  })
  const nodeOf = (name: string, start: number, depth: number): TreeNode => {
    if (depth === 0) return leaf(start < shared ? `both ${start}.` : `${name} ${start}.`)
    return parentOf(nodeOf(name, start, depth - 1), nodeOf(name, start + 2 ** (depth - 1), depth - 1))
  }
  const branchOf = (name: string, length: number): ForkBranch => {
    const spans = rootSpans(length)
    const roots = spans.map(({ start, depth }) => nodeOf(name, start, depth))
    const at = spans.findIndex(({ start, depth }) => shared < start + 2 ** depth)
    const right: TreeNode[] = []
    for (let depth = 0; depth < (spans[at]?.depth ?? 0); depth++) {
      const number = Math.floor(shared / 2 ** depth)
      if (number % 2 === 0) right.push(nodeOf(name, (number + 1) * 2 ** depth, depth))
    }
    right.push(...roots.slice(at + 1))
    const signature = sign(signedHead(keyOf(log), length, roots), writer)
    return { length, signature, leaf: leaf(`${name} ${shared}.`), right }
  }
  const roots = rootSpans(shared).map(({ start, depth }) => nodeOf('', start, depth))
  return { writer: writer.publicKey, shared, roots, branches: [branchOf('one', one), branchOf('other', other)] }
}

const bytes = v.instance(Uint8Array)
const number = v.number()
const node = v.strictObject({ sizeBytes: number, hash: bytes })
const branch = v.strictObject({ length: number, signature: bytes, leaf: node, right: v.array(node) })
const Evidence = v.strictObject({
  writer: bytes,
  shared: number,
  roots: v.array(node),
  branches: v.strictTuple([branch, branch])
})

const EVIDENCE = [evidenceOf(1, 2, 2), evidenceOf(5, 6, 9), evidenceOf(8, 40, 9), evidenceOf(13, 14, 14)]
const LOG = logOfWriter(writer.publicKey)

/** What two honest halves did not sign shows nothing. */
export const forkEvidence: Target = {
  name: 'fork-evidence',
  seeds: EVIDENCE.map((each) => utf8(JSON.stringify(each, asJson))),
  words: words('0', '1e300', '{"hex":""}', '70368744177664', '9007199254740991', '-1', '0.5'),
  mostBytes: 32 * KIB,
  check(input): Verdict {
    const shaped = v.safeParse(Evidence, parsed(textOf(input)))
    if (!shaped.success) return 'refused'
    return verdictOf(checkForkEvidence(LOG, shaped.output), (shared) => {
      const known = EVIDENCE.find((each) => each.shared === shared)
      if (!known) throw new Broken('evidence that nobody signed is good')
      same(
        'the evidence',
        shaped.output.branches.map(({ length }) => length).sort(),
        known.branches.map(({ length }) => length).sort()
      )
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, fromJson)
  } catch {
    return null
  }
}
