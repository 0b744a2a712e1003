import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from '../../../core/engine/folder-lock.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'

let folder: string

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'gb-lock-')), 'data')
})

afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }))

it('a folder is locked once, and again when it was let go of', async () => {
  const lock = valueOf(await lockFolder(folder))
  const second = await lockFolder(folder)
  expect(second).toMatchObject({ ok: false, error: { code: 'FOLDER_IN_USE', details: { folder } } })
  expect(codeOf(await lockFolder(`${folder}-2`))).toBe('done')
  await lock.release()
  const third = valueOf(await lockFolder(folder))
  expect(codeOf(await lockFolder(folder))).toBe('FOLDER_IN_USE')
  await third.release()
})

it('the lock of a process ends with it, however it ends', async () => {
  const program = `
    const fs = require('node:fs')
    fs.mkdirSync(process.argv[1], { recursive: true })
    const fd = fs.openSync(process.argv[1] + '/lock', 'a')
    console.log(require('fs-native-extensions').tryLock(fd))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--eval', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  expect(line.toString().trim()).toBe('true')
  expect(codeOf(await lockFolder(folder))).toBe('FOLDER_IN_USE')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = valueOf(await lockFolder(folder))
  await lock.release()
})
