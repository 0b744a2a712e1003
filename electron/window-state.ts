/** Where the window was, and how large, kept in a small file beside the data. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'

export interface WindowState {
  /** Size and place when it is not maximised, in device-independent pixels. */
  readonly bounds: Partial<Rectangle> & { readonly width: number; readonly height: number }
  readonly shown: 'normal' | 'maximised'
}

export const SMALLEST = { width: 480, height: 400 } as const
const INITIAL: WindowState = { bounds: { width: 1200, height: 800 }, shown: 'normal' }
const SAVE_AFTER_MS = 300
/** So much of the title bar must be on some display that it can be taken hold of. */
const GRIP = { width: 80, height: 40 } as const

/** What was kept, if it can be read and would still be seen; else what a new window gets. */
export function readWindowState(file: string): WindowState {
  const kept = parse(file)
  if (kept === null) return INITIAL
  const { width, height } = kept.bounds
  return isReachable(kept.bounds) ? kept : { bounds: { width, height }, shown: kept.shown }
}

/** Keeps the state of a window in `file` from now on. */
export function keepWindowState(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | null = null
  const save = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    if (window.isDestroyed() || window.isMinimized()) return
    write(file, { bounds: window.getNormalBounds(), shown: window.isMaximized() ? 'maximised' : 'normal' })
  }
  const saveLater = (): void => {
    timer ??= setTimeout(save, SAVE_AFTER_MS)
  }
  window.on('resize', saveLater)
  window.on('move', saveLater)
  window.on('maximize', saveLater)
  window.on('unmaximize', saveLater)
  window.on('close', save)
}

function parse(file: string): WindowState | null {
  try {
    const { bounds, shown } = JSON.parse(readFileSync(file, 'utf8')) as Partial<WindowState>
    const { x, y, width, height } = bounds ?? {}
    if (![x, y, width, height].every(Number.isSafeInteger)) return null
    if (shown !== 'normal' && shown !== 'maximised') return null
    const size = {
      width: Math.max(width as number, SMALLEST.width),
      height: Math.max(height as number, SMALLEST.height)
    }
    return { bounds: { x: x as number, y: y as number, ...size }, shown }
  } catch {
    return null
  }
}

function isReachable({ x, y, width }: Partial<Rectangle>): boolean {
  if (x === undefined || y === undefined || width === undefined) return false
  return screen.getAllDisplays().some(({ workArea }) => {
    const overlap = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x)
    const top = y >= workArea.y - 1 && y + GRIP.height <= workArea.y + workArea.height
    return overlap >= GRIP.width && top
  })
}

/** Whole or not at all: a power cut must not leave half a file. */
function write(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch (error) {
    console.error(`The window's place was not kept: ${error instanceof Error ? error.message : String(error)}`)
  }
}
