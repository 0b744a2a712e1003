/**
 * Who may import whom. The rooms are those of the README's map; tests may import anything.
 * `npm run check` and `npm test` run it, and test/unit/build/import-rules.test.ts shows that each rule bites.
 */

/** A room may import itself, what is listed here, and (unless `outside` says otherwise) any package. */
const ROOMS = {
  contract: { rooms: [], outside: 'nothing' },
  domain: { rooms: ['contract'], outside: 'pure' },
  ops: { rooms: ['domain', 'contract'], outside: 'pure' },
  identity: { rooms: ['domain', 'contract'], outside: 'any' },
  authority: { rooms: ['domain', 'ops', 'identity', 'contract'], outside: 'pure' },
  book: { rooms: ['domain', 'ops', 'identity', 'contract'], outside: 'pure' },
  log: { rooms: ['ops', 'identity', 'domain', 'contract'], outside: 'any' },
  sync: { rooms: ['log', 'ops', 'identity', 'domain', 'contract'], outside: 'any' },
  exchange: { rooms: ['domain', 'contract'], outside: 'any' },
  engine: {
    rooms: ['contract', 'domain', 'ops', 'identity', 'authority', 'book', 'log', 'sync', 'exchange'],
    outside: 'any'
  },
  cli: {
    rooms: ['contract', 'domain', 'ops', 'identity', 'authority', 'book', 'log', 'sync', 'exchange', 'engine'],
    outside: 'any'
  }
}

/** What does input or output, keeps time or makes up numbers, beside Node's own modules. */
const IMPURE_PACKAGES =
  '(^|/)node_modules/(autobase|corestore|hyperbee|hypercore|hypercore-storage|hyperdht|hyperswarm|protomux|rocksdb-native|sodium-[^/]+|udx-native|ws|electron)/'

const roomRules = Object.entries(ROOMS).map(([room, { rooms }]) => ({
  name: `${room}-imports-only-its-own`,
  comment: `core/${room} may import ${['itself', ...rooms.map((name) => `core/${name}`)].join(', ')}`,
  severity: 'error',
  from: { path: `^core/${room}/` },
  to: {
    path: '^(core|electron|renderer|test|build)/',
    pathNot: [room, ...rooms].map((name) => `^core/${name}/`).concat('^core/[^/]+\\.d\\.ts$')
  }
}))

const pureRooms = Object.keys(ROOMS).filter((room) => ROOMS[room].outside === 'pure')

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'contract-imports-nothing',
      comment: 'core/contract is shared by every process: it imports nothing but itself',
      severity: 'error',
      from: { path: '^core/contract/' },
      to: { pathNot: '^core/contract/' }
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: `core/{${pureRooms.join(',')}} do no input or output, read no clock and make up no numbers`,
      severity: 'error',
      from: { path: `^core/(${pureRooms.join('|')})/` },
      to: { path: IMPURE_PACKAGES }
    },
    {
      name: 'pure-rooms-use-no-node-modules',
      comment: `core/{${pureRooms.join(',')}} run anywhere: none of Node's own modules`,
      severity: 'error',
      from: { path: `^core/(${pureRooms.join('|')})/` },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'core-knows-no-window',
      comment: 'the ledger runs without Electron and without a page',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '((^|/)node_modules/(electron|svelte|bits-ui)/|^electron($|/)|^renderer/)' }
    },
    {
      name: 'electron-imports-only-the-contract',
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^(core|renderer|test|build)/', pathNot: '^core/contract/' }
    },
    {
      name: 'renderer-imports-only-the-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(core|electron|test|build)/', pathNot: '^core/contract/' }
    },
    {
      name: 'renderer-uses-no-node',
      comment: 'the page is sandboxed: there is no Node in it',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^(core|electron|renderer)/' },
      to: { path: '^test/' }
    },
    {
      name: 'no-circles',
      comment: 'types may refer to each other; code may not',
      severity: 'error',
      from: { path: '^(core|electron|renderer)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(core|electron|renderer)/' },
      to: { couldNotResolve: true, pathNot: '^(electron$|virtual:)' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The schema's generator runs when the schema changes, not in the product.
    exclude: { path: '^(out|dist|core/ops/spec|core/ops/schema)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.d.ts', '.json']
    }
  }
}
