/** Every decoder that reads bytes from outside. */
import type { Target } from './target.js'
import { clientFrame, engineFrame, socketFrames } from './targets/channel.js'
import {
  backupFile,
  backupParts,
  backupRecords,
  keyring,
  keyringContent,
  sealedContent,
  sealedFile,
  settings
} from './targets/files.js'
import { entry, forkEvidence, header, sealedBox } from './targets/logs.js'
import { linkingMessages, pairingMessages, peerMessages, recoveryMessages } from './targets/messages.js'
import { address, amount, date, invite, names, phrase, phraseWords, posting, text } from './targets/texts.js'
import { joinLink, webRequest } from './targets/web.js'
import { webSession } from './targets/web-session.js'

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
  keyringContent,
  sealedFile,
  sealedContent,
  backupParts,
  backupRecords,
  await backupFile(),
  joinLink,
  await webRequest(),
  await webSession(),
  invite,
  phrase,
  phraseWords,
  amount,
  date,
  posting,
  address,
  names,
  text
]
