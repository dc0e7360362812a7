// The house: which room may import which. Every import points down, and none leads back.

const ROOMS = ['rules', 'contracts', 'operators', 'sources', 'replica', 'outlets', 'roles']
const room = names => `^streams/(${names.join('|')})(/|\\.ts$)`
const GROUND = room(['rules', 'contracts', 'operators'])
const SOURCE = '^(lib|streams|plugins)/'
/** What several plugins share and no consumer holds. */
const SHARED = '^plugins/folder/'
const CLIENT = '^lib/client(/|\\.ts$)'
const MACHINE = '^lib/machine/'
/** What hosts and clients share: addresses, options of operations, the default codec. It runs in a browser too. */
const SHARED_WITH_CLIENTS = '^lib/host/(address|operation-options|payload-codec|entry-coding|query|read-options)\\.ts$'

const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: typeof from === 'string' ? { path: from } : from,
  to: typeof to === 'string' ? { path: to } : to,
})

const roomRules = ROOMS.slice(0, -1).map((name, at) =>
  forbid(
    `streams-${name}-points-down`,
    `Inside streams: ${ROOMS.join(' < ')}.`,
    room([name]),
    room(ROOMS.slice(at + 1)),
  ),
)

module.exports = {
  forbidden: [
    forbid('no-loops', 'No two files import each other in a loop, not even for types.', {}, { circular: true }),
    ...roomRules,
    forbid(
      'streams-rooms-only',
      `A file of streams is in one of its rooms: ${ROOMS.join(', ')}.`,
      { path: '^streams/', pathNot: room(ROOMS) },
      {},
    ),
    forbid('streams-is-the-ground', 'The engine knows no plugin and no face.', '^streams/', {
      path: '^(lib|plugins|examples|test)/',
    }),
    forbid('streams-without-node', 'Operators and the client run in a browser.', '^streams/', {
      dependencyTypes: ['core'],
    }),
    forbid('streams-few-packages', 'RxJS, the checks of messages, a checksum: no other package.', '^streams/', {
      dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-bundled'],
      pathNot: 'node_modules/(rxjs|class-validator|crc-32)/',
    }),
    forbid('rules-without-rxjs', 'A rule is a pure function over immutable values.', room(['rules']), 'node_modules/'),
    forbid('plugins-know-contracts-only', 'A plugin knows no role: contracts, rules and operators.', '^plugins/', {
      path: '^streams/',
      pathNot: GROUND,
    }),
    forbid('plugins-below-lib', 'A plugin can be left out, and knows no face.', '^plugins/', '^(lib|examples|test)/'),
    forbid(
      'plugins-know-no-plugin',
      'No plugin imports another one, but for what storages in a folder share.',
      { path: '^plugins/([^/]+)/' },
      { path: '^plugins/', pathNot: ['^plugins/$1/', SHARED] },
    ),
    forbid('shared-by-plugins-knows-none', 'What plugins share is below all of them.', SHARED, {
      path: '^plugins/',
      pathNot: SHARED,
    }),
    forbid('lib-below-examples', 'Nothing imports from a floor above its own.', '^lib/', '^(examples|test)/'),
    forbid(
      'lib-testing-without-jest',
      'The kits run under any test runner.',
      '^lib/testing/',
      'node_modules/(@?jest|@types/jest|expect|vitest|mocha)',
    ),
    forbid('lib-client-is-small', 'The client runs in a browser: contracts, rules, operators, its transport.', CLIENT, {
      path: SOURCE,
      pathNot: [CLIENT, MACHINE, GROUND, SHARED_WITH_CLIENTS, '^plugins/transport-socket-?io/client(/|\\.ts$)'],
    }),
    forbid('shared-with-clients-is-small', 'It runs in a browser: contracts and rules.', SHARED_WITH_CLIENTS, {
      path: SOURCE,
      pathNot: GROUND,
    }),
    forbid('lib-machine-is-small', 'A machine runs on a client too: contracts, rules, operators.', MACHINE, {
      path: SOURCE,
      pathNot: [MACHINE, GROUND],
    }),
    forbid('lib-machine-without-node', 'A machine runs in a browser too.', MACHINE, { dependencyTypes: ['core'] }),
    forbid(
      'lib-client-without-node',
      'The client runs in a browser.',
      { path: [CLIENT, SHARED_WITH_CLIENTS, '^plugins/transport-socket-?io/client/'] },
      { dependencyTypes: ['core'] },
    ),
    forbid('examples-use-the-face', 'An example imports what a consumer can: kayak, kayak/….', '^examples/', {
      path: SOURCE,
      pathNot: [
        '^lib/index\\.ts$',
        '^lib/client/index\\.ts$',
        '^lib/testing/index\\.ts$',
        '^streams/operators/index\\.ts$',
        '^plugins/[^/]+/index\\.ts$',
      ],
    }),
    forbid('no-unresolvable', 'Every import leads somewhere.', {}, { couldNotResolve: true }),
    forbid(
      'no-undeclared-packages',
      'Every package is in package.json.',
      {},
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
      },
    ),
    forbid('no-dev-packages', 'What ships needs no development dependency.', SOURCE, {
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['npm', 'npm-peer', 'type-only'],
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'node', 'import', 'require'] },
  },
}
