/** A member writes amounts that do not balance, overflow, or are no numbers in the one form that there is. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CurrencyCode, ErrorCode } from '../../core/contract/index.js'
import { converged } from '../helpers/engines.js'
import { goesOn, onlySenderIsHurt, openScene, reported, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

const MOST = Number.MAX_SAFE_INTEGER

/** A post of these amounts, to one account and another in turn. */
function postOf(amounts: readonly number[], more: { payee?: string; currencies?: readonly string[] } = {}) {
  const post = scene.post(more.payee ?? 'Amounts')
  const postings = amounts.map((amountMinor, at) => ({
    ...post.postings[at % 2]!,
    amountMinor,
    currency: (more.currencies?.[at] ?? 'EUR') as CurrencyCode
  }))
  return { ...post, postings }
}

/** The trial balance sums to zero, and is the same on both devices. */
async function balances(): Promise<void> {
  const { ada, ben, book } = scene
  await converged(book, ada, ben)
  const [one, other] = [await ada.ask('trialBalance', { book }), await ben.ask('trialBalance', { book })]
  expect(other).toEqual(one)
  for (const { amountMinor } of one.sums) expect(amountMinor).toBe(0n)
}

it.each<[string, readonly number[], ErrorCode, string[] | null]>([
  ['one cent too much', [100, -99], 'UNBALANCED', null],
  ['two debits', [100, 100], 'UNBALANCED', null],
  ['two currencies that balance only together', [100, -100], 'UNBALANCED', ['EUR', 'USD']],
  ['a sum that is zero only if it is rounded', [MOST, MOST, 1, -MOST, -MOST], 'UNBALANCED', null],
  ['a sum that is zero only if it wraps around', [...Array<number>(200).fill(MOST)], 'UNBALANCED', null],
  ['one posting', [0], 'TOO_FEW_POSTINGS', null],
  ['no posting', [], 'TOO_FEW_POSTINGS', null]
])('%s is listed and does not count', async (_what, amounts, code, currencies) => {
  const { mallory, ada, ben, book } = scene
  const log = await mallory.newLog()
  const before = await ada.ask('trialBalance', { book })
  const index = await log.write([postOf(amounts, { payee: 'Wrong', ...(currencies && { currencies }) })])
  for (const device of [ada, ben]) await reported(device, book, log.log, code, index)
  expect(await ada.ask('trialBalance', { book })).toEqual(before)
  expect(await ben.payees(book)).not.toContain('Wrong')
  await balances()
})

it('amounts at the edge count exactly, however many there are', async () => {
  const { mallory, ada, ben, book } = scene
  const log = await mallory.newLog()
  const before = (await ada.ask('trialBalance', { book })).rows
  const ops = Array.from({ length: 300 }, () => postOf([MOST, -MOST], { payee: 'Edge' }))
  const index = await log.write(ops)
  for (const device of [ada, ben]) {
    await device.until('syncStatus', { book }, ({ vector }) => vector[log.log] === index + 1)
  }
  await balances()
  const after = (await ada.ask('trialBalance', { book })).rows
  const moved = after.map(({ account, amountMinor }) => {
    const was = before.find((row) => row.account === account)?.amountMinor ?? 0n
    return amountMinor - was
  })
  expect(moved.filter((amount) => amount !== 0n).sort()).toEqual(
    [-300n * BigInt(MOST), 300n * BigInt(MOST)].sort()
  )
  await goesOn(scene)
})

/** Finds the last place in a block where these bytes stand, and puts others there: before that are keys, of any bytes. */
function replaced(block: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  const bytes = Buffer.from(block)
  const at = bytes.lastIndexOf(Buffer.from(from))
  expect(at).toBeGreaterThan(0)
  expect(to).toHaveLength(from.length)
  bytes.set(to, at)
  return bytes
}

/** An amount in each length that an integer can have on the wire, and where it stands: its zigzag, little-endian. */
const SHORT = { amount: 5_000, bytes: [0xfd, 0x10, 0x27] }
const MIDDLE = { amount: 700_000, bytes: [0xfe, 0xc0, 0x5c, 0x15, 0x00] }
const LONG = { amount: 2 ** 40, bytes: [0xff, 0, 0, 0, 0, 0, 2, 0, 0] }

it.each<[string, typeof SHORT, readonly number[]]>([
  ['zero in three bytes', SHORT, [0xfd, 0x00, 0x00]],
  ['126 in three bytes', SHORT, [0xfd, 0xfc, 0x00]],
  ['5,000 in five bytes', MIDDLE, [0xfe, 0x10, 0x27, 0x00, 0x00]],
  ['zero in nine bytes', LONG, [0xff, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['a number below 2^31 in nine bytes', LONG, [0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
  ['2^53', LONG, [0xff, 0, 0, 0, 0, 0, 0, 0x40, 0]],
  ['-2^53', LONG, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0]],
  ['-2^63', LONG, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['a double, not a number', LONG, [0xff, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
  ['a double, infinity', LONG, [0xff, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f]],
  ['a double, minus zero', LONG, [0xff, 0, 0, 0, 0, 0, 0, 0, 0x80]]
])('%s in place of an amount stops the log', async (_what, { amount, bytes }, wrong) => {
  const { mallory, ada, book } = scene
  const log = await mallory.newLog()
  const block = log.block([postOf([amount, -1, 1 - amount], { payee: 'Bytes' })])
  await log.append(replaced(block, bytes, wrong))
  await onlySenderIsHurt(scene, log.log, 'ENTRY_MALFORMED', 1)
  expect(await ada.payees(book)).not.toContain('Bytes')
  await balances()
})

it('the same bytes unchanged are an entry', async () => {
  const { mallory, ada, book } = scene
  const log = await mallory.newLog()
  for (const { amount, bytes } of [SHORT, MIDDLE, LONG]) {
    await log.append(replaced(log.block([postOf([amount, -1, 1 - amount])]), bytes, bytes))
  }
  await ada.until('syncStatus', { book }, ({ vector }) => vector[log.log] === 4)
  await goesOn(scene)
  await balances()
})
