/** Tells the engine that someone is at the window, so that it does not lock itself under their hands. */
import type { App } from './app.svelte.js'

/** More often would say no more: the shortest time until it locks is a minute. */
const EVERY_MS = 15_000

export function watchPresence(app: App): void {
  let toldMs = -EVERY_MS
  const tell = (): void => {
    if (app.lock?.passphrase !== 'set' || app.lock.state === 'locked') return
    if (performance.now() - toldMs < EVERY_MS) return
    toldMs = performance.now()
    void app.api.stayUnlocked({})
  }
  for (const event of ['keydown', 'pointerdown', 'wheel'] as const)
    window.addEventListener(event, tell, { capture: true, passive: true })
}
