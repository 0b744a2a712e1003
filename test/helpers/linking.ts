/** Steps of linking a second device of one person, as both screens show them. */
import type { DeviceId, DeviceLinkRow, JoinRow } from '../../core/contract/index.js'
import type { Device } from './engines.js'

export const newLink = (device: Device): Promise<DeviceLinkRow> => device.ask('linkDevice', {})

export function enter(newcomer: Device, { code }: DeviceLinkRow): Promise<JoinRow> {
  if (!code) throw new Error('the code has ended')
  return newcomer.ask('join', { code, deviceName: newcomer.name })
}

/** A device that waits, as `confirmDevice` and `refuseDevice` take it. */
export interface Waits {
  readonly id: DeviceLinkRow['id']
  readonly device: DeviceId
}

/** Resolves when both screens show the same four words, and the new device is connected. */
export async function match(holder: Device, newcomer: Device): Promise<Waits> {
  for (;;) {
    const rows = await holder.until('deviceLinks', {}, (all) =>
      all.some(({ waiting }) => waiting.some(({ deviceName }) => deviceName === newcomer.name))
    )
    const [join] = await newcomer.ask('joins', {})
    for (const { id, waiting } of rows) {
      const seen = waiting.filter((each) => each.connection === 'connected')
      // One that was killed seems to be there for a while: the screen shows whoever answers since beside it.
      const shown = join?.answers.map(({ words }) => words.join()) ?? []
      const same = seen.find(({ words }) => words.length === 4 && shown.includes(words.join()))
      if (same) return { id, device: same.device }
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Resolves when the device has become its person's, and has what was there then. */
export const arrived = (newcomer: Device): Promise<readonly JoinRow[]> =>
  newcomer.until('joins', {}, (rows) => rows[0]?.kind === 'device-link' && rows[0].step === 'joined')

/** Links a device all the way. */
export async function link(holder: Device, newcomer: Device): Promise<DeviceId> {
  await enter(newcomer, await newLink(holder))
  const waits = await match(holder, newcomer)
  await holder.ask('confirmDevice', waits)
  await arrived(newcomer)
  return waits.device
}

/** Why the code led to nothing, once it is known. */
export async function refusalOf(newcomer: Device): Promise<JoinRow['reason']> {
  const [row] = await newcomer.until('joins', {}, (rows) => rows[0]?.step === 'refused')
  return row?.reason ?? null
}
