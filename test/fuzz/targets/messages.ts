/** What devices say to each other beside replication: JSON of known shape. */
import * as v from 'valibot'
import type { LogId } from '../../../core/contract/index.js'
import { toZ32 } from '../../../core/identity/bytes.js'
import {
  bookIdOf,
  certifyDevice,
  found,
  isDeviceValid,
  isFoundingValid
} from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { checkHeader } from '../../../core/log/header.js'
import {
  ArriveMessage,
  isArrivalValid,
  LinkedBookMessage,
  LinkedMessage,
  NotLinkedMessage,
  ReceiveMessage
} from '../../../core/sync/linking-wire.js'
import {
  AcceptMessage,
  FarewellMessage,
  fromHex,
  GreetMessage,
  HaveMessage,
  HelloMessage,
  KnockMessage,
  LendMessage,
  parse,
  ProofMessage,
  RecallMessage,
  RefusedMessage,
  RevealMessage,
  ThanksMessage,
  toHex,
  WelcomeMessage
} from '../../../core/sync/messages.js'
import {
  certificateFromMessage,
  certificateToMessage,
  foundingFromMessage,
  foundingToMessage,
  isPresenceValid,
  isProofValid
} from '../../../core/sync/proofs.js'
import { AskMessage, isAskValid, OfferMessage } from '../../../core/sync/recovery-wire.js'
import { bookOfWelcome } from '../../../core/sync/pairing-newcomer.js'
import { Broken, same, utf8, words, type Target } from '../target.js'

const bytes = (count: number, fill: number): string => toHex(new Uint8Array(count).fill(fill))
const member = keyPairOf(new Uint8Array(32).fill(1))
const device = keyPairOf(new Uint8Array(32).fill(2))
const certificate = certificateToMessage(
  certifyDevice(
    member,
    { publicKey: device.publicKey, name: 'Zoë’s laptop', platform: 'linux' },
    1_700_000_000_000
  )
)
const founding = foundingToMessage(found(member, new Uint8Array(32).fill(3), 0))
const BOOK = bookIdOf(foundingFromMessage(founding))
const [LOG, OTHER] = [4, 5].map((fill) => toZ32(new Uint8Array(32).fill(fill))) as [string, string]
const HANDSHAKE = new Uint8Array(64).fill(8)
const secrets = [
  { epoch: 'founding', secret: bytes(32, 6) },
  { epoch: `${LOG}-3-0`, secret: bytes(32, 7) }
]

/** What is done with a message once it was read: nothing in it makes that throw. */
type Use<Schema extends v.GenericSchema> = (message: v.InferOutput<Schema>) => unknown

interface Kind {
  readonly schema: v.GenericSchema
  readonly example: unknown
  readonly use: (message: never) => unknown
}

const kind = <const Schema extends v.GenericSchema>(
  schema: Schema,
  example: v.InferInput<Schema>,
  use: Use<Schema> = () => {}
): Kind => ({ schema, example, use: use as (message: never) => unknown })

const useCertificate = (signature: string, of: v.InferOutput<typeof AskMessage>['certificate']): unknown =>
  isPresenceValid(signature, certificateFromMessage(of), HANDSHAKE, 'initiator') ||
  isDeviceValid(certificateFromMessage(of))

const WORDS = words(
  '"',
  '{}',
  '[]',
  'null',
  '"proof":',
  '"signature":',
  '"lengths":',
  '"__proto__":',
  '{"__proto__":{"a":1}}',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-1',
  '0.5',
  '9007199254740992',
  'MEMBER_REMOVED',
  '"owner"',
  bytes(32, 0),
  LOG
)

/** One protocol: whatever a message of it is read as, it is of that shape, and stays it. */
const protocol = (name: string, kinds: readonly Kind[]): Target => ({
  name,
  seeds: kinds.map(({ example }) => utf8(JSON.stringify(example))),
  words: WORDS,
  mostBytes: 32 * 1024,
  check(input) {
    let verdict: 'taken' | 'refused' = 'refused'
    for (const { schema, use } of kinds) {
      const read = parse(schema, input)
      if (!read.ok) continue
      verdict = 'taken'
      const once = parse(schema, utf8(JSON.stringify(read.value)))
      if (!once.ok) throw new Broken(`a message is not taken again: ${once.why}`)
      same('a message', once.value, read.value)
      use(read.value as never)
    }
    if (Object.keys(Object.prototype).length > 0) throw new Broken('it changed what all objects have')
    return verdict
  }
})

export const peerMessages = protocol('peer-messages', [
  kind(ProofMessage, { proofs: [bytes(32, 1), bytes(32, 2)] }, ({ proofs }) =>
    proofs.map((proof) => isProofValid(proof, new Uint8Array(32), 'book', HANDSHAKE, 'responder'))
  ),
  kind(HelloMessage, { certificate, signature: bytes(64, 1) }, (hello) =>
    useCertificate(hello.signature, hello.certificate)
  ),
  kind(AcceptMessage, {}),
  kind(HaveMessage, { lengths: { [LOG]: 12, [OTHER]: 0 }, digest: bytes(32, 9) }),
  kind(FarewellMessage, { code: 'MEMBER_REMOVED', byName: 'Ada' }),
  kind(RecallMessage, {}),
  kind(LendMessage, { logs: [{ log: LOG, header: bytes(300, 7) }] }, ({ logs }) =>
    logs.map(({ log, header }) => checkHeader(fromHex(header), log as LogId, BOOK))
  )
])

export const pairingMessages = protocol('pairing-messages', [
  kind(
    KnockMessage,
    { proof: bytes(32, 1), commitment: bytes(32, 2), certificate, signature: bytes(64, 3), name: 'Ben' },
    (knock) => useCertificate(knock.signature, knock.certificate)
  ),
  kind(GreetMessage, {
    proof: bytes(32, 1),
    nonce: bytes(32, 2),
    inviter: bytes(32, 3),
    inviterName: 'Ada',
    bookName: 'Werkstatt 工坊',
    role: 'viewer'
  }),
  kind(RevealMessage, { nonce: bytes(32, 1) }),
  kind(
    WelcomeMessage,
    { founding, secret: bytes(32, 1), later: secrets.slice(1), logs: [LOG, OTHER] },
    (welcome) => [isFoundingValid(foundingFromMessage(welcome.founding)), bookOfWelcome(welcome)]
  ),
  kind(RefusedMessage, { proof: bytes(32, 1), code: 'INVITE_USED' }),
  kind(ThanksMessage, {})
])

export const recoveryMessages = protocol('recovery-messages', [
  kind(AskMessage, { certificate, signature: bytes(64, 1) }, (ask) =>
    isAskValid(ask.signature, certificateFromMessage(ask.certificate), HANDSHAKE, 'initiator')
  ),
  kind(
    OfferMessage,
    {
      certificate,
      presence: bytes(64, 1),
      memberName: 'Ada',
      bookName: 'Club',
      founding,
      secrets,
      vector: { [LOG]: 7, [OTHER]: 1 }
    },
    (offer) => [
      useCertificate(offer.presence, offer.certificate),
      isFoundingValid(foundingFromMessage(offer.founding))
    ]
  )
])

export const linkingMessages = protocol('linking-messages', [
  kind(
    ArriveMessage,
    {
      proof: bytes(32, 1),
      commitment: bytes(32, 2),
      device: toHex(device.publicKey),
      signature: bytes(64, 3),
      deviceName: 'Phone',
      platform: 'darwin'
    },
    (arrive) => isArrivalValid(arrive, HANDSHAKE, 'responder')
  ),
  kind(ReceiveMessage, {
    proof: bytes(32, 1),
    nonce: bytes(32, 2),
    member: bytes(32, 3),
    memberName: 'Ada',
    deviceName: 'Laptop'
  }),
  kind(LinkedBookMessage, { bookName: 'Club', founding, secrets, vector: { [LOG]: 7 } }),
  kind(LinkedMessage, { certificate, foundings: [founding], books: 3 }, (linked) => [
    isDeviceValid(certificateFromMessage(linked.certificate)),
    linked.foundings.map((each) => isFoundingValid(foundingFromMessage(each)))
  ]),
  kind(NotLinkedMessage, { proof: bytes(32, 1), code: 'LINK_EXPIRED' })
])
