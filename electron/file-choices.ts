/** The system's dialogs for backups: a page learns the path that a person chose, and nothing else of the disk. */
import { app, BrowserWindow, dialog, ipcMain } from 'electron'
import path from 'node:path'
import { BACKUP_EXTENSION } from '../core/contract/index.js'
import type { FileChoice } from '../core/contract/index.js'
import { isTrustedSender } from './security.js'

const LONGEST_NAME = 200
const FILTERS = [{ name: 'Guildbook', extensions: [BACKUP_EXTENSION.slice(1)] }]

function choiceIn(value: unknown): FileChoice | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, suggestedName } = value as Partial<Record<string, unknown>>
  if (kind === 'backup-from' || kind === 'folder') return { kind }
  if (kind !== 'backup-to' || typeof suggestedName !== 'string' || suggestedName.length > LONGEST_NAME)
    return null
  return { kind, suggestedName }
}

/** The other message that a page can send to this process. */
export function watchFileChoices(): void {
  ipcMain.handle('choose-file', async (event, wanted: unknown): Promise<string | null> => {
    const choice = choiceIn(wanted)
    const window = BrowserWindow.fromWebContents(event.sender)
    if (!choice || !window || !isTrustedSender(event)) return null
    return ask(window, choice)
  })
}

async function ask(window: BrowserWindow, choice: FileChoice): Promise<string | null> {
  const documents = app.getPath('documents')
  switch (choice.kind) {
    case 'backup-to': {
      const defaultPath = path.join(documents, path.basename(choice.suggestedName))
      const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath, filters: FILTERS })
      if (canceled || !filePath) return null
      return filePath.endsWith(BACKUP_EXTENSION) ? filePath : filePath + BACKUP_EXTENSION
    }
    case 'backup-from': {
      const options = { defaultPath: documents, filters: FILTERS, properties: ['openFile' as const] }
      return (await dialog.showOpenDialog(window, options)).filePaths[0] ?? null
    }
    case 'folder': {
      const properties = ['openDirectory' as const, 'createDirectory' as const]
      return (await dialog.showOpenDialog(window, { defaultPath: documents, properties })).filePaths[0] ?? null
    }
  }
}
