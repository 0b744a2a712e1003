/** Where the build puts what belongs to the command. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** `place` as seen from the command's first file. This code ends up beside that, or in a chunk below it. */
export function besideCommand(place: string): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const places = [path.join(here, place), path.join(here, '..', place)] as const
  return places.find((candidate) => existsSync(candidate)) ?? places[0]
}
