import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readIfThere, writeWhole } from '../../../core/engine/files.js'

let root: string

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-files-'))
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true, force: true })
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The inodes of what is synced from now on, in order. */
async function watchSyncs(): Promise<number[]> {
  const synced: number[] = []
  const probe = await open(root, 'r')
  const handles = Object.getPrototypeOf(probe) as FileHandle
  const sync = Object.getOwnPropertyDescriptor(handles, 'sync')?.value as FileHandle['sync']
  await probe.close()
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    synced.push((await this.stat()).ino)
    return sync.call(this)
  })
  return synced
}

const inode = async (file: string): Promise<number> => (await stat(file)).ino

describe('a file that is read', () => {
  it('is null where there is none, and an error where it cannot be read', async () => {
    expect(await readIfThere(path.join(root, 'none'))).toBeNull()
    expect(await readIfThere(path.join(root, 'no', 'folder'))).toBeNull()
    await expect(readIfThere(root)).rejects.toThrow(/EISDIR/)
  })
})

describe('a file that is written', () => {
  it('is there whole, replaces what was there, and leaves nothing beside it', async () => {
    const file = path.join(root, 'file')
    await writeWhole(file, bytes('first, and longer'))
    await writeWhole(file, bytes('second'))
    expect(await readFile(file, 'utf8')).toBe('second')
    expect(await readdir(root)).toEqual(['file'])
  })

  it.skipIf(process.platform === 'win32')(
    'is for its owner only, and so are the folders made for it',
    async () => {
      const file = path.join(root, 'a', 'b', 'file')
      await writeWhole(file, bytes('secret'))
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      for (const folder of ['a', 'a/b']) expect((await stat(path.join(root, folder))).mode & 0o777).toBe(0o700)
    }
  )

  it('does not mind what a crash has left beside it', async () => {
    const file = path.join(root, 'file')
    await writeFile(`${file}.new`, 'half of someth')
    await writeWhole(file, bytes('whole'))
    expect(await readFile(file, 'utf8')).toBe('whole')
    expect(await readdir(root)).toEqual(['file'])
  })

  it('stays as it was when it cannot be replaced', async () => {
    const file = path.join(root, 'file')
    await writeWhole(file, bytes('before'))
    // Nothing can be written beside it.
    await mkdir(`${file}.new`)
    await expect(writeWhole(file, bytes('after'))).rejects.toThrow()
    expect(await readFile(file, 'utf8')).toBe('before')
  })

  it.skipIf(process.platform === 'win32')(
    'would survive a power cut: it is synced, then where it stands',
    async () => {
      const file = path.join(root, 'file')
      const synced = await watchSyncs()
      await writeWhole(file, bytes('1'))
      expect(synced).toEqual([await inode(file), await inode(root)])
    }
  )

  it.skipIf(process.platform === 'win32')('would survive it also where its folders are new', async () => {
    const file = path.join(root, 'a', 'b', 'file')
    const synced = await watchSyncs()
    await writeWhole(file, bytes('1'))
    const folders = [path.join(root, 'a', 'b'), path.join(root, 'a'), root]
    expect(synced).toEqual([await inode(file), ...(await Promise.all(folders.map(inode)))])
  })
})
