import { mount } from 'svelte'
import AppRoot from './App.svelte'
import './tokens.css'
import './base.css'
import { App } from './state/app.svelte.js'
import { Connection } from './state/connection.js'
import { desktopTransport, socketTransport } from './state/transports.js'

const connection = new Connection()
const app = new App(connection)
const bridge = window.guildbook

mount(AppRoot, { target: document.getElementById('app') as HTMLElement, props: { app } })

connection.connect(
  bridge
    ? desktopTransport(window, (lost) => bridge.onEngineState((state) => state !== 'running' && lost()))
    : socketTransport(window)
)
