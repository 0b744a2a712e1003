import { done } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { Handlers } from './handlers.js'

export const settingsHandlers = ({
  settings,
  changeSettings
}: EngineParts): Handlers<'settings' | 'changeSettings'> => ({
  settings: () => done(settings.current),
  changeSettings: (change) => changeSettings(change)
})
