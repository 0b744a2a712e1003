/** What the desktop app's menu and links ask of this page. */
import type { MenuCommand } from '../../core/contract/index.js'
import type { App } from './app.svelte.js'
import { startEntry, startSearch } from './keys.js'
import type { BookView } from './route.js'

const VIEWS: Partial<Record<MenuCommand, BookView>> = {
  'view-overview': 'overview',
  'view-transactions': 'transactions',
  'view-accounts': 'accounts',
  'view-people': 'people',
  'view-activity': 'activity',
  'view-sync': 'sync',
  'view-conflicts': 'conflicts',
  'view-settings': 'settings'
}

function runMenu(command: MenuCommand, app: App): void {
  const view = VIEWS[command]
  if (view) {
    if (app.book) app.router.go(view, app.book.book)
  } else if (command === 'new-transaction') startEntry(app)
  else if (command === 'search') startSearch(app)
  else if (command === 'new-book') app.router.go('welcome')
  else if (command === 'join-book') app.router.go('join')
  else if (command === 'show-shortcuts') app.helpOpen = true
}

export function listenToMenu(app: App): void {
  window.guildbook?.onMenu((command) => runMenu(command, app))
  window.guildbook?.onJoinLink((link) => {
    app.joinCode = link
    app.router.go('join')
  })
}
