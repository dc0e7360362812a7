/** A file and the rule that it breaks. */
interface Plant {
  readonly rule: string
  /** What it can't help breaking as well. */
  readonly besides?: readonly string[]
  readonly text: string
}

/** Files that break nothing, and that the others import. */
export const CLEAN: Record<string, string> = {
  'streams/rules/sum.ts': 'export const sum = (a: number, b: number): number => a + b\n',
  'streams/contracts/host.ts': `
export interface Held {
  stop(): Promise<void>
  [Symbol.asyncIterator](): unknown
  readonly signal?: AbortSignal
}
export const NAMES = ['a', 'b'] as const
`,
  'streams/operators/index.ts': `
import { map, type Observable } from 'rxjs'
import { sum } from '../rules/sum.js'
export const plusOne = (source: Observable<number>): Observable<number> => source.pipe(map(value => sum(value, 1)))
`,
  'streams/sources/ticks.ts': `
import { delay, interval, retry, type SchedulerLike, shareReplay, timeout, timer, type Observable } from 'rxjs'
export const ticks = (clock: SchedulerLike): Observable<number> =>
  interval(10, clock).pipe(delay(1, clock), timeout({ each: 100, scheduler: clock }), shareReplay(1), retry(2))
export const recent = (clock: SchedulerLike): Observable<number> =>
  ticks(clock).pipe(shareReplay({ bufferSize: 1, windowTime: 100, refCount: true, scheduler: clock }))
export const some = (numbers: readonly number[], tell: (number: number) => void): void => numbers.forEach(tell)
export const later = (clock: SchedulerLike): Observable<0> => timer(10, clock)
`,
  'streams/replica/cast.ts': `
export const text = (value: unknown): string =>
  value as string // The caller has looked.
export const half = (value: number): number => Math.floor(value / 2)
`,
  'streams/outlets/view.ts': `export { ticks } from '../sources/ticks.js'\n`,
  'streams/roles/leader.ts': `export { ticks } from '../outlets/view.js'\n`,
  'plugins/one/index.ts': `
import { randomBytes } from 'node:crypto'
export { plusOne } from '../../streams/operators/index.js'
export const bytes = (count: number): Uint8Array => randomBytes(count)
`,
  'plugins/transport-socket-io/client.ts': `export { sum } from '../../streams/rules/sum.js'\n`,
  'plugins/folder/names.ts': `export { sum } from '../../streams/rules/sum.js'\n`,
  'plugins/two/files.ts': `export { sum } from '../folder/names.js'\n`,
  'plugins/two/index.ts': `export { sum } from '../../streams/rules/sum.js'\n`,
  'lib/index.ts': `
export { ticks } from '../streams/roles/leader.js'
export { bytes } from '../plugins/one/index.js'
export const wait = async (): Promise<void> => {
  await new Promise(resolve => setTimeout(resolve, 1))
}
`,
  'lib/machine/index.ts': `export { plusOne } from '../../streams/operators/index.js'\n`,
  'lib/client/index.ts': `
export { plusOne } from '../machine/index.js'
export { sum } from '../../streams/rules/sum.js'
export * from '../../plugins/transport-socket-io/client.js'
`,
  'lib/testing/index.ts': `export { strictEqual } from 'node:assert'\n`,
  'examples/hello/index.ts': `
import { wait } from 'kayak'
import { plusOne } from 'kayak/streams'
import { bytes } from 'kayak/plugins/one'
console.log(wait, plusOne, bytes)
`,
  'test/helper.ts': `export { sum } from '../streams/rules/sum.js'\n`,
}

const importing = (rule: string, ...from: string[]): Plant => ({
  rule,
  text: from.map((name, at) => `import * as it${String(at)} from '${name}'\nexport { it${String(at)} }\n`).join(''),
})

/** For the directions of imports. Some break a rule of the linter besides. */
export const IMPORTS: Record<string, Plant> = {
  'streams/rules/up.ts': importing('streams-rules-points-down', '../contracts/host.js'),
  'streams/contracts/up.ts': importing('streams-contracts-points-down', '../operators/index.js'),
  'streams/operators/up.ts': importing('streams-operators-points-down', '../sources/ticks.js'),
  'streams/sources/up.ts': importing('streams-sources-points-down', '../replica/cast.js'),
  'streams/replica/up.ts': importing('streams-replica-points-down', '../outlets/view.js'),
  'streams/outlets/up.ts': importing('streams-outlets-points-down', '../roles/leader.js'),
  'streams/rules/up-for-a-type.ts': {
    rule: 'streams-rules-points-down',
    text: `import type { Held } from '../contracts/host.js'\nexport type Kept = Held\n`,
  },
  'streams/attic/box.ts': importing('streams-rooms-only', '../rules/sum.js'),
  'streams/roles/plugged.ts': importing('streams-is-the-ground', '../../plugins/one/index.js'),
  'streams/roles/faced.ts': importing('streams-is-the-ground', '../../lib/index.js'),
  'streams/roles/named.ts': importing('streams-is-the-ground', 'kayak'),
  'streams/replica/disk.ts': importing('streams-without-node', 'node:fs'),
  'streams/replica/path.ts': importing('streams-without-node', 'path'),
  'streams/sources/socket.ts': importing('streams-few-packages', 'socket.io-client'),
  'streams/rules/stream.ts': {
    rule: 'rules-without-rxjs',
    text: `import type { Observable } from 'rxjs'\nexport type Numbers = Observable<number>\n`,
  },
  'streams/rules/loop.ts': {
    rule: 'no-loops',
    text: `import type { Back } from './loop-back.js'\nexport interface There {\n  back: Back\n}\n`,
  },
  'streams/rules/loop-back.ts': {
    rule: 'no-loops',
    text: `import type { There } from './loop.js'\nexport interface Back {\n  there: There\n}\n`,
  },
  'plugins/one/role.ts': importing('plugins-know-contracts-only', '../../streams/roles/leader.js'),
  'plugins/one/source.ts': importing('plugins-know-contracts-only', '../../streams/sources/ticks.js'),
  'plugins/one/face.ts': importing('plugins-below-lib', '../../lib/testing/index.js'),
  'plugins/one/neighbour.ts': importing('plugins-know-no-plugin', '../two/index.js'),
  'plugins/folder/above.ts': importing('shared-by-plugins-knows-none', '../two/index.js'),
  'lib/example.ts': importing('lib-below-examples', '../examples/hello/index.js'),
  'lib/helped.ts': importing('lib-below-examples', '../test/helper.js'),
  'lib/testing/runner.ts': importing('lib-testing-without-jest', '@jest/globals'),
  'lib/host/query.ts': importing('shared-with-clients-is-small', '../../streams/roles/leader.js'),
  'lib/client/host.ts': importing('lib-client-is-small', '../index.js'),
  'lib/client/role.ts': importing('lib-client-is-small', '../../streams/roles/leader.js'),
  'lib/client/plugin.ts': importing('lib-client-is-small', '../../plugins/one/index.js'),
  'lib/machine/host.ts': importing('lib-machine-is-small', '../index.js'),
  'lib/machine/role.ts': importing('lib-machine-is-small', '../../streams/roles/leader.js'),
  'lib/machine/plugin.ts': importing('lib-machine-is-small', '../../plugins/one/index.js'),
  'lib/machine/disk.ts': importing('lib-machine-without-node', 'node:fs'),
  'lib/client/disk.ts': importing('lib-client-without-node', 'node:fs'),
  'examples/hello/inside.ts': importing('examples-use-the-face', '../../streams/roles/leader.js'),
  'lib/nowhere.ts': {
    rule: 'no-unresolvable',
    text: `// @ts-expect-error There is none.\nexport * from './gone.js'\n`,
  },
  'lib/undeclared.ts': { rule: 'no-undeclared-packages', text: `export type { Ajv } from 'ajv'\n` },
  'lib/development.ts': importing('no-dev-packages', 'typescript'),
}

const repeated = (line: string, times: number): string => `${line}\n`.repeat(times)
const stream = (rule: string, text: string): Plant => ({ rule, text })
const timed = (name: string, call: string): [string, Plant] => [
  `streams/sources/timed-${name}.ts`,
  {
    rule: 'kayak/injected-time',
    text: `import { NEVER, ${name.replace(/-.*/, '')} } from 'rxjs'\nexport const timed$ = ${call}\n`,
  },
]
const ambient = (name: string, use: string): [string, Plant] => [
  `streams/roles/ambient-${name}.ts`,
  { rule: 'kayak/no-ambient', text: `export const used = (): unknown => ${use}\n` },
]
const unfit = (name: string): [string, Plant] => [
  `streams/outlets/unfit-${name}.ts`,
  { rule: 'kayak/injected-time', text: `import { ${name} } from 'rxjs'\nexport const unfit: unknown = ${name}\n` },
]
const piped = (name: string, call: string): [string, Plant] => timed(name, `NEVER.pipe(${call})`)

/** For the linter: exactly one rule each. */
export const LINES: Record<string, Plant> = {
  'lib/any.ts': { rule: '@typescript-eslint/no-explicit-any', text: 'export type Anything = any\n' },
  'lib/bang.ts': {
    rule: '@typescript-eslint/no-non-null-assertion',
    text: 'export const first = (list: readonly string[]): string => list[0]!\n',
  },
  'lib/cast.ts': {
    rule: 'kayak/cast-with-comment',
    text: 'export const text = (value: unknown): string => value as string\n',
  },
  'lib/angle.ts': {
    rule: '@typescript-eslint/consistent-type-assertions',
    text: 'export const text = (value: unknown): string => <string>value\n',
  },
  'lib/disabled.ts': {
    rule: 'kayak/disable-with-reason',
    text: '/* eslint-disable @typescript-eslint/no-explicit-any */\nexport type Anything = any\n',
  },
  'lib/all-disabled.ts': {
    rule: 'kayak/disable-with-reason',
    text: '/* eslint-disable */\nexport type Anything = any\n',
  },
  'lib/line-disabled.ts': {
    rule: 'kayak/disable-with-reason',
    text: 'export type Anything = any // eslint-disable-line\n',
  },
  'lib/ignored.ts': {
    rule: '@typescript-eslint/ban-ts-comment',
    text: '// @ts-expect-error\nexport const text: string = 1\n',
  },
  'lib/floating.ts': {
    rule: '@typescript-eslint/no-floating-promises',
    text: 'export const forget = (stop: () => Promise<void>): void => {\n  stop()\n}\n',
  },
  'lib/long.ts': { rule: 'max-lines', text: repeated('export {}', 301) },
  'lib/long-function.ts': {
    rule: 'max-lines-per-function',
    text: `export function long(tell: () => void): void {\n${repeated('  tell()', 60)}}\n`,
  },
  'lib/chatty.ts': { rule: 'no-console', text: "console.log('here')\n" },
  'plugins/two/chatty.ts': { rule: 'no-console', text: "console.log('here')\n" },
  'lib/testing/kit.ts': { rule: 'kayak/no-ambient', text: "it('runs', () => {})\n" },
  'streams/roles/async.ts': stream('kayak/no-async', 'export const wait = async () => {}\n'.replace('{}', '{ /* */ }')),
  'streams/roles/each.ts': stream(
    'kayak/no-async',
    "import { NEVER } from 'rxjs'\nexport const tell = (): void => void NEVER.forEach(() => undefined)\n",
  ),
  'streams/roles/lazy.ts': stream('kayak/no-async', "export const load = () => import('../rules/sum.js')\n"),
  'streams/contracts/promised.ts': stream(
    'kayak/no-ambient',
    'export interface Promising {\n  stop(): Promise<void>\n}\n',
  ),
  'streams/contracts/host/index.ts': {
    rule: 'kayak/no-ambient',
    besides: ['kayak/no-async'],
    text: 'export const done = Promise.resolve()\n',
  },
  'streams/operators/wildcard.ts': stream(
    'kayak/injected-time',
    "import * as rx from 'rxjs'\nexport const never$ = rx.NEVER\n",
  ),
  'streams/operators/again.ts': stream('kayak/injected-time', "export { delay } from 'rxjs'\n"),
  'streams/operators/all.ts': stream('kayak/injected-time', "export * from 'rxjs'\n"),
  'streams/operators/side-door.ts': stream(
    'kayak/injected-time',
    "import { ajax } from 'rxjs/ajax'\nexport const load: unknown = ajax\n",
  ),
  'streams/operators/handed.ts': stream(
    'kayak/injected-time',
    "import { interval as every } from 'rxjs'\nexport const start = [1, 2].map(every)\n",
  ),
  'streams/operators/replaying.ts': stream(
    'kayak/injected-time',
    "import { ReplaySubject } from 'rxjs'\nexport class Recent extends ReplaySubject<number> {\n  constructor() {\n    super(1, 100)\n  }\n}\n",
  ),
  'streams/operators/named.ts': stream(
    'kayak/injected-time',
    "import { shareReplay } from 'rxjs'\nexport const again = { shareReplay }\n",
  ),
  'streams/operators/scheduler.ts': {
    rule: 'kayak/injected-time',
    besides: ['@typescript-eslint/no-deprecated'],
    text: "import { Scheduler } from 'rxjs'\nexport const now = (): number => Scheduler.now()\n",
  },
  'streams/operators/to-promise.ts': {
    rule: 'kayak/injected-time',
    besides: ['@typescript-eslint/no-deprecated', '@typescript-eslint/unbound-method'],
    text: "import { NEVER } from 'rxjs'\nexport const never = (source = NEVER): unknown => source.toPromise\n",
  },
  ...Object.fromEntries([
    unfit('asyncScheduler'),
    unfit('asapScheduler'),
    unfit('queueScheduler'),
    unfit('animationFrameScheduler'),
    unfit('firstValueFrom'),
    unfit('lastValueFrom'),
    unfit('config'),
    timed('timer', '[NEVER, timer(10)]'),
    timed('interval', '[NEVER, interval(10)]'),
    timed('ReplaySubject', '[NEVER, new ReplaySubject<number>(1, 100)]'),
    piped('auditTime', 'auditTime(10)'),
    piped('bufferTime', 'bufferTime(10)'),
    piped('debounceTime', 'debounceTime(10)'),
    piped('delay', 'delay(10)'),
    piped('delay-undefined', 'delay(10, undefined)'),
    piped('retry', 'retry({ delay: 10 })'),
    piped('repeat', 'repeat({ count: 2, delay: 10 })'),
    piped('sampleTime', 'sampleTime(10)'),
    piped('shareReplay', 'shareReplay(1, 100)'),
    piped('shareReplay-options', 'shareReplay({ bufferSize: 1, windowTime: 100, refCount: true })'),
    piped('throttleTime', 'throttleTime(10, undefined, { leading: true })'),
    piped('timeInterval', 'timeInterval()'),
    piped('timeout', 'timeout({ each: 10 })'),
    piped('timestamp', 'timestamp()'),
    piped('windowTime', 'windowTime(10)'),
    ambient('timeout', 'setTimeout(() => undefined, 1)'),
    ambient('interval', 'setInterval(() => undefined, 1)'),
    ambient('immediate', 'setImmediate(() => undefined)'),
    ambient('microtask', 'queueMicrotask'),
    ambient('date', 'Date.now()'),
    ambient('new-date', 'new Date()'),
    ambient('format', 'new Intl.DateTimeFormat().format()'),
    ambient('random', 'Math.random()'),
    ambient('performance', 'performance.now()'),
    ambient('console', 'console.log'),
    ambient('process', 'process.pid'),
    ambient('buffer', "Buffer.from('')"),
    ambient('global', 'globalThis'),
    ambient('signal', 'AbortSignal.timeout(1)'),
    ambient('promise', 'new Promise<void>(resolve => resolve())'),
  ]),
}
