import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Vault } from '../../../core/engine/vault.js'

let root: string
let file: string
let key: Uint8Array

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-vault-'))
  file = path.join(root, 'file.sealed')
  key = randomBytes(32)
})

afterEach(() => rm(root, { recursive: true, force: true }))

/** With a copy of the key: a vault takes its key over. */
const vault = (of = key): Vault => new Vault(Uint8Array.from(of))

describe('a sealed file', () => {
  it('gives back what was written, to who has the key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await vault().write(file, value)
        expect(await vault().read(file)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 30 }
    )
  })

  it('is null where there is none', async () => {
    expect(await vault().read(file)).toBeNull()
  })

  it('tells nobody else what is in it, nor that it is the same as before', async () => {
    await vault().write(file, { secret: 'the bakery owes us 42.10' })
    const first = await readFile(file)
    expect(first.toString('latin1')).not.toContain('bakery')
    await expect(vault(randomBytes(32)).read(file)).rejects.toThrow(/damaged/)
    await vault().write(file, { secret: 'the bakery owes us 42.10' })
    expect(await readFile(file)).not.toEqual(first)
  })

  it('is not read when anything of it was changed, or is missing', async () => {
    await vault().write(file, { number: 1 })
    const whole = await readFile(file)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] as number) ^ flip
        await writeFile(file, changed)
        await expect(vault().read(file)).rejects.toThrow(/damaged/)
        await writeFile(file, whole.subarray(0, at))
        await expect(vault().read(file)).rejects.toThrow(/damaged/)
      }),
      { numRuns: 40 }
    )
  })

  it('that is written many times at once is what was written last', async () => {
    const one = vault()
    await Promise.all(Array.from({ length: 30 }, (_, number) => one.write(file, { number })))
    expect(await one.read(file)).toEqual({ number: 29 })
  })

  it('can be written again after a write that failed', async () => {
    const one = vault()
    const nowhere = path.join(file, 'below a file')
    await writeFile(file, '')
    await expect(one.write(nowhere, 1)).rejects.toThrow()
    await rm(file)
    await one.write(nowhere, 2)
    expect(await one.read(nowhere)).toBe(2)
  })
})
