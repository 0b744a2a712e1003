/**
 * Has the system ask who is at the device. What there is: Touch ID on a Mac that has it, which Electron does not let
 * fall back to the password. Neither Windows Hello nor anything on Linux can be asked through Electron; there the app
 * only asks whether the person is sure, and says so.
 */
import { systemPreferences } from 'electron'
import type { FromEngineProcess, ToEngineProcess } from '../core/contract/index.js'
import { systemLanguage } from './menu.js'

const REASON = { en: 'show your recovery phrase', 'zh-Hans': '显示您的恢复短语' } as const

type Start = Extract<ToEngineProcess, { kind: 'start' }>
type Asked = Extract<FromEngineProcess, { kind: 'confirm-person' }>

export const personCheck = (): Start['personCheck'] =>
  process.platform === 'darwin' && systemPreferences.canPromptTouchID() ? 'system' : 'none'

/** Never throws: a finger that is not known, and a dialog that was closed, are refusals. */
export async function confirmPerson({ id }: Asked): Promise<ToEngineProcess> {
  try {
    await systemPreferences.promptTouchID(REASON[systemLanguage()])
    return { kind: 'person', id, answer: 'confirmed' }
  } catch {
    return { kind: 'person', id, answer: 'refused' }
  }
}
