/**
 * Leaves beside the files of the built command what V8 compiles them to, `<file>.code`, for core/cli/start.ts. V8
 * compiles a function when it is first called, so the command is used first, on a book that is thrown away.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const RECORDER = fileURLToPath(new URL('record-code.cjs', import.meta.url))

const USES = [
  ['create', 'Warm', '--currency', 'EUR', '--template', 'household'],
  ['post', '2024-01-01', 'Shop', 'Expenses:Food=4.20', 'Assets:Cash=-4.20'],
  ['balance'],
  ['journal'],
  ['register', 'Assets:Cash'],
  ['accounts'],
  ['status']
]

/** @param {string} command the built `guildbook.cjs` */
export async function leaveCompiledCode(command) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'guildbook-build-'))
  const env = {
    ...process.env,
    GUILDBOOK_DIR: dir,
    GUILDBOOK_RECORD_CODE: path.join(path.dirname(command), 'chunks')
  }
  try {
    for (const use of USES)
      await promisify(execFile)(process.execPath, ['--require', RECORDER, command, ...use], { env })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
