/** The one App of this window, for every component below the root. */
import { createContext } from 'svelte'
import type { App } from './app.svelte.js'

export const [useApp, provideApp] = createContext<App>()
