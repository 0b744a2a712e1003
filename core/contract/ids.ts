/**
 * Names of things, as they cross a process boundary: strings, branded so that one cannot pass for another.
 *
 * A key or a fingerprint is written in z-base-32 (52 characters for 32 bytes). A *place* names one operation of one
 * entry of one log, `<log>-<index>-<operation>`, and is the name of whatever that operation created.
 */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** Fingerprint of the book's founding certificate, z-base-32. */
export type BookId = Branded<'BookId'>
/** Public key of one segment of a device's log, z-base-32. */
export type LogId = Branded<'LogId'>
/** A member's Ed25519 public key, z-base-32. */
export type MemberId = Branded<'MemberId'>
/** A device's Ed25519 public key, z-base-32. */
export type DeviceId = Branded<'DeviceId'>
/** Place of an operation: `<log>-<index>-<operation>`. */
export type Place = Branded<'Place'>
/** Place of the operation that created the account. */
export type AccountId = Place & { readonly account: unique symbol }
/** Place of the operation that first posted the transaction. */
export type TransactionId = Place & { readonly transaction: unique symbol }
/** Place of the operation that posted, amended or voided. The first version's id is the transaction's. */
export type VersionId = Place & { readonly version: unique symbol }
/** Fingerprint of an invite's secret, z-base-32. */
export type InviteId = Branded<'InviteId'>
/** Fingerprint of the secret of a code that links a device, z-base-32. */
export type DeviceLinkId = Branded<'DeviceLinkId'>

/** A calendar date, `YYYY-MM-DD`. */
export type IsoDate = Branded<'IsoDate'>
/** An ISO 4217 code in capitals, `EUR`. */
export type CurrencyCode = Branded<'CurrencyCode'>
