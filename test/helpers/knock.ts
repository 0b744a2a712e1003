/** Knocks at an invite with the identity of a folder, whatever its own desk would say to that. */
import { randomBytes } from 'node:crypto'
import type { NoiseStream } from 'hyperswarm'
import { openIdentity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import type { Settings } from '../../core/contract/index.js'
import { inviteIdOf, parseInvite } from '../../core/identity/invite-code.js'
import { toHex } from '../../core/sync/messages.js'
import { endSwarm, startNetwork, startSwarm } from '../../core/sync/network.js'
import { Newcomer, type JoinRecord } from '../../core/sync/pairing-newcomer.js'
import { valueOf } from './book-world.js'
import type { Device, World } from './engines.js'

/** Stops the device, and resolves with what the first inviter who answers says to it in the end. */
export async function knockWith(
  world: World,
  device: Device,
  code: string
): Promise<Pick<JoinRecord, 'welcome' | 'refused'>> {
  await device.stop()
  const vault = valueOf(await openVault(device.folder, PLAIN_KEYS))
  const identity = await openIdentity(vault, device.folder)
  const dht = valueOf(startNetwork({ mode: 'on', port: 0, ...world.network } as Settings['network']))
  const swarm = startSwarm(dht)
  const secret = valueOf(parseInvite(code))
  const ended = new Promise<JoinRecord>((resolve) => {
    const newcomer = new Newcomer({
      swarm,
      record: {
        ...{
          invite: inviteIdOf(secret),
          secret: toHex(secret),
          name: device.name,
          nonce: toHex(randomBytes(32))
        },
        ...{ greeting: null, welcome: null, refused: null }
      },
      certificate: identity.certificate(device.name),
      device: identity.device,
      save: async (record) => {
        if (record.welcome || record.refused) resolve(record)
      },
      joined: async () => {},
      randomBytes
    })
    swarm.on('connection', (stream: NoiseStream) => {
      stream.on('error', () => {})
      newcomer.attend(stream)
    })
  })
  const { welcome, refused } = await ended
  await endSwarm(swarm)
  await dht.destroy({ force: true })
  return { welcome, refused }
}
