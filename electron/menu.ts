/** The application menu, in the language that the page shows. Most of it asks the page to do something. */
import { Menu, app } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../core/contract/index.js'
import { LABELS, type MenuLanguage } from './menu-labels.js'

export type { MenuLanguage }

/** The system's language, as far as we speak it. */
export const systemLanguage = (): MenuLanguage => (app.getLocale().startsWith('zh') ? 'zh-Hans' : 'en')

export function showMenu(language: MenuLanguage, tell: (command: MenuCommand) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(language, tell)))
}

function template(language: MenuLanguage, tell: (command: MenuCommand) => void): MenuItemConstructorOptions[] {
  const label = LABELS[language]
  const asks = (text: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label: text,
    click: () => tell(command),
    ...(accelerator ? { accelerator } : {})
  })
  const line: MenuItemConstructorOptions = { type: 'separator' }
  const ofApp: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const forDevelopers: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [line, { role: 'toggleDevTools', label: label.developer }]

  return [
    ...ofApp,
    {
      label: label.file,
      submenu: [
        asks(label.newTransaction, 'new-transaction', 'CmdOrCtrl+N'),
        line,
        asks(label.newBook, 'new-book'),
        asks(label.joinBook, 'join-book'),
        line,
        asks(label.settings, 'view-settings', 'CmdOrCtrl+,'),
        line,
        { role: 'quit', label: label.quit }
      ]
    },
    {
      label: label.edit,
      submenu: [
        { role: 'undo', label: label.undo },
        { role: 'redo', label: label.redo },
        line,
        { role: 'cut', label: label.cut },
        { role: 'copy', label: label.copy },
        { role: 'paste', label: label.paste },
        { role: 'selectAll', label: label.selectAll },
        line,
        asks(label.search, 'search', 'CmdOrCtrl+F')
      ]
    },
    {
      label: label.go,
      submenu: [
        asks(label.overview, 'view-overview', 'CmdOrCtrl+1'),
        asks(label.transactions, 'view-transactions', 'CmdOrCtrl+2'),
        asks(label.accounts, 'view-accounts', 'CmdOrCtrl+3'),
        asks(label.people, 'view-people', 'CmdOrCtrl+4'),
        asks(label.activity, 'view-activity', 'CmdOrCtrl+5'),
        asks(label.sync, 'view-sync', 'CmdOrCtrl+6'),
        asks(label.conflicts, 'view-conflicts', 'CmdOrCtrl+7')
      ]
    },
    {
      label: label.view,
      submenu: [
        { role: 'resetZoom', label: label.actualSize },
        { role: 'zoomIn', label: label.zoomIn },
        { role: 'zoomOut', label: label.zoomOut },
        line,
        { role: 'togglefullscreen', label: label.fullScreen },
        ...forDevelopers
      ]
    },
    { label: label.help, role: 'help', submenu: [asks(label.shortcuts, 'show-shortcuts', 'CmdOrCtrl+/')] }
  ]
}
