import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, LogId, MemberId } from '../../../core/contract/index.js'
import { Sightings } from '../../../core/engine/sightings.js'
import { Vault } from '../../../core/engine/vault.js'
import { certifyDevice } from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import type { HeaderAuthor } from '../../../core/log/header.js'
import type { Sighting } from '../../../core/sync/swarm.js'

let folder: string
const key = randomBytes(32)
const open = (): Promise<Sightings> =>
  Sightings.open(new Vault(Uint8Array.from(key)), path.join(folder, 'sightings.sealed'))

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-sightings-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const [laptop, phone] = ['laptop', 'phone'] as [DeviceId, DeviceId]
const [member, log] = ['ben' as MemberId, 'log' as LogId]

const certificate = certifyDevice(
  keyPairOf(new Uint8Array(32)),
  { publicKey: new Uint8Array(32), name: 'Laptop', platform: 'linux' },
  0
)

const author = (more: Partial<HeaderAuthor>): HeaderAuthor => ({
  ...{ member, device: laptop, deviceName: 'Laptop', platform: 'linux', segment: 0, certificate },
  ...more
})

const sighting = (more: Partial<Sighting>): Sighting => ({
  ...{ member, device: laptop, deviceName: 'Laptop', platform: 'linux' },
  ...{
    seenMs: 1000,
    lengths: new Map([[log, 3]]),
    digest: null,
    address: null,
    connection: 'connected' as const
  },
  ...more
})

describe('a device', () => {
  it('is known by the name of its newest segment, whatever was read first', async () => {
    const sightings = await open()
    sightings.introduce(author({ segment: 1, deviceName: 'New name' }))
    sightings.introduce(author({ segment: 0, deviceName: 'Old name' }))
    expect(sightings.one(laptop)?.deviceName).toBe('New name')
    sightings.introduce(author({ segment: 2, deviceName: 'Newest name' }))
    expect(sightings.one(laptop)?.deviceName).toBe('Newest name')
    expect(sightings.one(phone)).toBeNull()
  })

  it('is known from its logs alone as never seen', async () => {
    const sightings = await open()
    sightings.introduce(author({}))
    expect(sightings.all()).toMatchObject([{ device: laptop, seenMs: null, lengths: new Map() }])
  })

  it('that was seen keeps what it told when a log of it is read later', async () => {
    const sightings = await open()
    sightings.see(sighting({}))
    sightings.introduce(author({ segment: 5, deviceName: 'Renamed' }))
    expect(sightings.all()).toMatchObject([
      { deviceName: 'Renamed', seenMs: 1000, lengths: new Map([[log, 3]]) }
    ])
  })

  it('has what it told last, and not what it tells later without being seen', async () => {
    const sightings = await open()
    const lengths = new Map([[log, 3]])
    sightings.see(sighting({ lengths }))
    lengths.set(log, 4)
    expect(sightings.all()[0]?.lengths.get(log)).toBe(3)
    sightings.see(sighting({ lengths, seenMs: 2000 }))
    expect(sightings.all()).toMatchObject([{ seenMs: 2000, lengths: new Map([[log, 4]]) }])
  })
})

describe('sightings', () => {
  it('are kept, those of devices that were seen', async () => {
    const sightings = await open()
    sightings.see(sighting({}))
    sightings.introduce(author({ device: phone, deviceName: 'Phone' }))
    await sightings.save()
    const again = await open()
    expect(again.all()).toMatchObject([{ device: laptop, seenMs: 1000, lengths: new Map([[log, 3]]) }])
    // Its logs, when they are read, tell its present name.
    again.introduce(author({ deviceName: 'Renamed' }))
    expect(again.all()).toMatchObject([{ deviceName: 'Renamed', seenMs: 1000 }])
  })

  it('are written only where there is something new', async () => {
    const sightings = await open()
    sightings.introduce(author({}))
    await sightings.save()
    sightings.see(sighting({}))
    await sightings.save()
    await rm(path.join(folder, 'sightings.sealed'))
    await sightings.save()
    expect((await open()).all()).toEqual([])
  })
})
