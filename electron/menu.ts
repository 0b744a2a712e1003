/** The application menu, in the language that the page shows. Most of it asks the page to do something. */
import { Menu, app } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../core/contract/index.js'

export type MenuLanguage = 'en' | 'zh-Hans'

const LABELS = {
  en: {
    file: 'File',
    newTransaction: 'New transaction',
    newBook: 'New book…',
    joinBook: 'Join a book…',
    settings: 'Settings…',
    quit: 'Quit Guildbook',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    search: 'Search',
    go: 'Go',
    overview: 'Overview',
    transactions: 'Transactions',
    accounts: 'Accounts',
    people: 'People',
    sync: 'Sync',
    conflicts: 'Conflicts',
    view: 'View',
    actualSize: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    developer: 'Developer tools',
    help: 'Help',
    shortcuts: 'Keyboard shortcuts'
  },
  'zh-Hans': {
    file: '文件',
    newTransaction: '新建交易',
    newBook: '新建账簿…',
    joinBook: '加入账簿…',
    settings: '设置…',
    quit: '退出 Guildbook',
    edit: '编辑',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    selectAll: '全选',
    search: '搜索',
    go: '前往',
    overview: '总览',
    transactions: '交易',
    accounts: '科目',
    people: '成员',
    sync: '同步',
    conflicts: '冲突',
    view: '显示',
    actualSize: '实际大小',
    zoomIn: '放大',
    zoomOut: '缩小',
    fullScreen: '全屏',
    developer: '开发者工具',
    help: '帮助',
    shortcuts: '键盘快捷键'
  }
} as const satisfies Record<MenuLanguage, Record<string, string>>

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
        asks(label.sync, 'view-sync', 'CmdOrCtrl+5'),
        asks(label.conflicts, 'view-conflicts', 'CmdOrCtrl+6')
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
