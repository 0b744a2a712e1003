import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { SettingsChangeSchema, SettingsFile, SettingsSchema } from '../../../core/engine/settings-file.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-settings-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const stored = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(folder, 'settings.json'), 'utf8')) as Record<string, unknown>
const store = (text: string): Promise<void> => writeFile(path.join(folder, 'settings.json'), text)

describe('the settings', () => {
  it('have defaults that are good settings', async () => {
    const { current } = await SettingsFile.open(folder)
    expect(v.safeParse(SettingsSchema, current).success).toBe(true)
    expect(current).toMatchObject({
      memberName: '',
      language: 'system',
      network: { mode: 'on', bootstrap: [] }
    })
    expect(current.deviceName).not.toBe('')
  })

  it('are kept, and what is not changed stays', async () => {
    const file = await SettingsFile.open(folder)
    await file.change({ memberName: 'Ana', theme: 'dark' })
    await file.change({ theme: 'light' })
    const { current } = await SettingsFile.open(folder)
    expect(current).toEqual(file.current)
    expect(current).toMatchObject({ memberName: 'Ana', theme: 'light' })
  })

  it('are the last ones when they are changed many times at once', async () => {
    const file = await SettingsFile.open(folder)
    const names = Array.from({ length: 20 }, (_, number) => `Ana ${number}`)
    await Promise.all(names.map((memberName) => file.change({ memberName })))
    expect((await SettingsFile.open(folder)).current.memberName).toBe('Ana 19')
    expect(await stored()).toMatchObject({ memberName: 'Ana 19' })
  })

  it.each(['', 'no json', '[]', 'null', '"text"', '{'])(
    'are the defaults where the file is damaged: %j',
    async (text) => {
      const defaults = (await SettingsFile.open(path.join(folder, 'none'))).current
      await store(text)
      const file = await SettingsFile.open(folder)
      expect(file.current).toEqual(defaults)
      await file.change({ memberName: 'Ana' })
      expect((await SettingsFile.open(folder)).current).toEqual({ ...defaults, memberName: 'Ana' })
    }
  )

  it('are kept where one of them is damaged or unknown, which costs the others nothing', async () => {
    await store(
      JSON.stringify({
        ...{ memberName: 'Ana', theme: 'plaid', deviceName: '', density: 'comfortable' },
        ...{ network: { mode: 'on', host: 'x', port: 70_000, bootstrap: [] }, fromTheFuture: { some: 'thing' } }
      })
    )
    const file = await SettingsFile.open(folder)
    expect(file.current).toMatchObject({
      ...{ memberName: 'Ana', theme: 'system', density: 'comfortable' },
      network: { host: '', port: 0 }
    })
    expect(file.current).not.toHaveProperty('fromTheFuture')
    await file.change({ theme: 'dark' })
    expect(await stored()).toMatchObject({ memberName: 'Ana', theme: 'dark', fromTheFuture: { some: 'thing' } })
  })
})

describe('a change of settings', () => {
  it('may name any of them; what is undefined is not named', () => {
    expect(v.parse(SettingsChangeSchema, {})).toEqual({})
    expect(v.parse(SettingsChangeSchema, { theme: undefined, memberName: 'Ana' })).toEqual({
      memberName: 'Ana'
    })
  })

  it.each([
    { unknown: 1 },
    { theme: 'plaid' },
    { deviceName: '' },
    { network: { mode: 'on' } },
    { network: { mode: 'on', host: '', port: 0.5, bootstrap: [] } },
    { autoLockMs: 1 }
  ])('is refused as %j', (change) => {
    expect(v.safeParse(SettingsChangeSchema, change).success).toBe(false)
  })
})
