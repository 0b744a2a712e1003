/** Named limits. They are part of the protocol: raising one needs a new entry version. */
export const LIMITS = {
  blockBytes: 1024 * 1024,
  /** Its header included; a device goes on in a new segment. Every peer keeps a bit for each of them in memory. */
  blocksPerLog: 1024 * 1024,
  operationsPerEntry: 4096,
  dependenciesPerEntry: 4096,
  /** Logs that one removal names, and members that one secret is sealed to. */
  logsPerCut: 4096,
  membersPerSecret: 256,
  usesPerInvite: 100,
  commentLength: 4096,
  postingsPerTransaction: 200,
  replacesPerVersion: 64,
  tagsPerTransaction: 32,
  payeeLength: 256,
  noteLength: 4096,
  tagLength: 64,
  nameLength: 128,
  codeLength: 32,
  deviceNameLength: 64,
  /** Safe integers only. */
  amountMinor: Number.MAX_SAFE_INTEGER,
  accountDepth: 16,
  pageRows: 2000,
  searchLength: 256
} as const
