/**
 * A member starts a log whose Hypercore manifest lets several keys sign it, or nobody, or by other rules. What such a log
 * says could be denied by whoever wrote it, and no evidence of a fork would hold.
 */
import { randomBytes } from 'node:crypto'
import type Hypercore from 'hypercore'
import HyperDHT from 'hyperdht'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onlySenderIsHurt, openScene, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

/** What Hypercore leaves to its caller where there are several signers: putting their signatures together. */
interface Verifier {
  sign(batch: unknown, keyPair: unknown): Uint8Array
  assemble(parts: readonly { signer: number; signature: Uint8Array; patch: number; nodes: null }[]): Uint8Array
}

function signAlone(core: Hypercore): void {
  const { verifier } = (core as unknown as { core: { verifier: Verifier } }).core
  const sign = verifier.sign.bind(verifier)
  verifier.sign = (batch, keyPair) =>
    verifier.assemble([{ signer: 0, signature: sign(batch, keyPair), patch: 0, nodes: null }])
}

const signer = (publicKey: Uint8Array) => ({ publicKey })

it.each([
  [
    'two keys, either of which may sign',
    (keys: Uint8Array[]) => ({ version: 1, quorum: 1, signers: keys.map(signer) })
  ],
  ['an older form of the manifest', ([key]: Uint8Array[]) => ({ version: 0, signers: [signer(key!)] })],
  ['a newer form of the manifest', ([key]: Uint8Array[]) => ({ version: 2, signers: [signer(key!)] })],
  [
    'patches to what was signed',
    ([key]: Uint8Array[]) => ({ version: 1, allowPatch: true, signers: [signer(key!)] })
  ],
  [
    'a namespace of its own',
    ([key]: Uint8Array[]) => ({
      version: 1,
      signers: [{ publicKey: key!, namespace: Buffer.alloc(32, 1) }]
    })
  ]
])('a log that allows %s is refused', async (_what, manifestOf) => {
  const { mallory, post, ada, book } = scene
  const pairs = [HyperDHT.keyPair(randomBytes(32)), HyperDHT.keyPair(randomBytes(32))]
  const manifest = manifestOf(pairs.map((pair) => pair.publicKey))
  const log = await mallory.bareLog({ keyPair: pairs[0]!, manifest })
  if (manifest.signers.length > 1) signAlone(log.core)
  await log.append(mallory.header(log.log))
  await log.write([post('Deniable')])
  await onlySenderIsHurt(scene, log.log, 'HEADER_FORGED')
  expect(await ada.payees(book)).not.toContain('Deniable')
})
