import { done } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { Handlers } from './handlers.js'

export const settingsHandlers = ({
  info,
  settings,
  changeSettings
}: EngineParts): Handlers<'appInfo' | 'settings' | 'changeSettings'> => ({
  appInfo: () => done(info),
  settings: () => done(settings.current),
  changeSettings: (change) => changeSettings(change)
})
