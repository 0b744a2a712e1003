import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { stretchHere } from '../../../core/engine/argon2.js'
import type { PortLike } from '../../../core/engine/channel-transports.js'
import { newStretching, stretch } from '../../../core/engine/passphrase.js'
import { readQuestion, writeQuestion } from '../../../core/engine/stretcher-wire.js'
import { childStretcher, portStretcher } from '../../../core/engine/stretchers.js'
import { buildProgram } from '../../helpers/program.js'

const stretching = newStretching({ operations: 1, memoryBytes: 8 * 1024 * 1024 })
/** Line breaks and any other characters may be in it. */
const passphrase = 'a horse\nand a b\u{fc}ttery staple \u{1f40e}'

let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'guildbook-stretcher-'))
  program = await buildProgram('stretcher-program')
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(program, { force: true })
})

afterEach(() => vi.restoreAllMocks())

/** A program in place of the real one. */
async function programOf(text: string): Promise<string> {
  const file = path.join(folder, `${Math.random()}.cjs`)
  await writeFile(file, text)
  return file
}

describe('a passphrase that a child stretches', () => {
  it('gives the keys that it gives here', async () => {
    const there = vi.fn(childStretcher(() => program))
    expect(await stretch(passphrase, stretching, there)).toEqual(await stretch(passphrase, stretching))
    await expect(there.mock.results[0]?.value).resolves.toHaveLength(32)
  })

  it('is told to it through its input only', async () => {
    const seen = path.join(folder, 'seen.json')
    vi.stubEnv('GUILDBOOK_PASSPHRASE', passphrase)
    const nosy = await programOf(`
      require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify([process.argv, process.env]))
      process.stdin.resume().on('end', () => process.stdout.write(Buffer.alloc(32, 7)))`)
    const root = await childStretcher(() => nosy)(Buffer.from(passphrase), stretching)
    vi.unstubAllEnvs()
    expect(root).toEqual(Buffer.alloc(32, 7))
    const { readFile } = await import('node:fs/promises')
    expect(JSON.parse(await readFile(seen, 'utf8'))).toHaveLength(2)
    expect(await readFile(seen, 'utf8')).not.toContain('horse')
  })

  it.each([
    ['is not there', () => Promise.resolve('/nowhere/stretcher.cjs')],
    ['ends without an answer', () => programOf('process.exit(0)')],
    [
      'ends in the middle of it',
      () => programOf('process.stdout.write(Buffer.alloc(31)); process.exitCode = 0')
    ],
    ['fails', () => programOf('process.stdout.write(Buffer.alloc(32), () => process.exit(3))')]
  ])('is stretched here where that %s', async (_what, bring) => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = await bring()
    const keys = await stretch(
      passphrase,
      stretching,
      childStretcher(() => broken)
    )
    expect(keys).toEqual(await stretch(passphrase, stretching))
    expect(told).toHaveBeenCalledOnce()
  })
})

describe('a passphrase that goes through a port', () => {
  /** As Electron's ports: a listener gets `{ data }`. */
  const electronPort = (port: PortLike): PortLike => ({
    postMessage: (message) => port.postMessage(message),
    on: (event, listener) =>
      port.on(event, (received) => listener(event === 'message' ? { data: received } : received)),
    close: () => port.close()
  })

  it('gives the keys that it gives here, and the port is closed after that', async () => {
    const { port1, port2 } = new MessageChannel()
    const closed = new Promise((resolve) => port2.on('close', resolve))
    port2.on('message', ({ typed, stretching: how }: Parameters<typeof writeQuestion>[0]) => {
      // What else was in the buffer's memory is not sent along.
      expect(typed.buffer.byteLength).toBe(typed.byteLength)
      void stretchHere(typed, how).then((root) => port2.postMessage({ root }))
    })
    const there = portStretcher(() => Promise.resolve(electronPort(port1)))
    expect(await stretch(passphrase, stretching, there)).toEqual(await stretch(passphrase, stretching))
    await closed
  })

  it.each([
    ['goes away', (port: PortLike) => port.close()],
    ['cannot do it', (port: PortLike) => port.postMessage({ failed: 'no memory' })]
  ])('is stretched here where the other side %s', async (_what, answer) => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { port1, port2 } = new MessageChannel()
    port2.on('message', () => answer(port2))
    const there = portStretcher(() => Promise.resolve(electronPort(port1)))
    expect(await stretch(passphrase, stretching, there)).toEqual(await stretch(passphrase, stretching))
    expect(told).toHaveBeenCalledOnce()
  })
})

describe('what is said to the process', () => {
  it('comes back as it was, with any bytes in the passphrase', () => {
    const typed = new Uint8Array([10, 0, 255, 10])
    const read = readQuestion(writeQuestion({ typed, stretching }))
    expect([...read.typed]).toEqual([...typed])
    expect(read.stretching).toEqual(stretching)
  })
})
