/** Every decoder that reads bytes from outside. */
import type { Target } from './target.js'
import { clientFrame, engineFrame, socketFrames } from './targets/channel.js'
import { backupFile, backupParts, keyring, sealedContent, sealedFile, settings } from './targets/files.js'
import { entry, forkEvidence, header, sealedBox } from './targets/logs.js'
import { linkingMessages, pairingMessages, peerMessages, recoveryMessages } from './targets/messages.js'
import { address, amount, date, invite, names, phrase, posting, text } from './targets/texts.js'
import { joinLink, webRequest } from './targets/web.js'

export const loadTargets = async (): Promise<readonly Target[]> => [
  entry,
  header,
  sealedBox,
  forkEvidence,
  peerMessages,
  pairingMessages,
  linkingMessages,
  recoveryMessages,
  clientFrame,
  engineFrame,
  socketFrames,
  settings,
  keyring,
  sealedFile,
  sealedContent,
  backupParts,
  await backupFile(),
  joinLink,
  await webRequest(),
  invite,
  phrase,
  amount,
  date,
  posting,
  address,
  names,
  text
]
