/** SECURITY.md says which test shows each attack: every one that it names is there, and none is left out. */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../../core/contract/index.js'

const root = path.resolve(import.meta.dirname, '../../..')
const text = await readFile(path.join(root, 'SECURITY.md'), 'utf8')
const named = new Set(text.match(/\btest\/[\w./-]+\.(?:test|spec)\.ts\b/g))
const attacks = (await readdir(path.join(root, 'test/adversary'))).filter((file) => file.endsWith('.test.ts'))

describe('SECURITY.md', () => {
  it('names only tests that there are', async () => {
    expect(named.size).toBeGreaterThan(10)
    for (const file of named) expect([file, (await stat(path.join(root, file))).isFile()]).toEqual([file, true])
  })

  it.each(attacks)('names the attack %s', (file) => {
    expect([...named]).toContain(`test/adversary/${file}`)
  })

  it('names only codes that there are', () => {
    const codes = new Set(text.match(/`[A-Z]+(?:_[A-Z]+)+`/g)?.map((code) => code.slice(1, -1)))
    codes.delete('GUILDBOOK_DIR')
    expect(codes.size).toBeGreaterThan(10)
    for (const code of codes) expect(ERROR_CODES).toContain(code)
  })
})
