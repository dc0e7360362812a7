import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import kayak from './.ci/eslint-rules.mjs'

const SOURCES = ['lib/**/*.ts', 'streams/**/*.ts', 'plugins/**/*.ts', 'examples/**/*.ts']

/** Time, chance, I/O and the process: none of it inside `streams`, not even as a type. */
const AMBIENT = [
  ...['Promise', 'PromiseLike', 'Awaited', 'AsyncIterable', 'AsyncIterator', 'AsyncIterableIterator', 'AsyncGenerator'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'requestIdleCallback'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate', 'cancelAnimationFrame', 'NodeJS', 'MessageChannel'],
  ...[
    'Date',
    'Intl',
    'Temporal',
    'performance',
    'crypto',
    'console',
    'process',
    'Buffer',
    'fetch',
    'WebSocket',
    'XMLHttpRequest',
  ],
  ...['globalThis', 'global', 'window', 'self', 'document', 'require', 'module', '__dirname', '__filename'],
]
const PROMISES = new Set(['Promise', 'AsyncIterable'])
const JEST = ['jest', 'describe', 'it', 'test', 'expect', 'beforeEach', 'afterEach', 'beforeAll', 'afterAll']

export default defineConfig(
  { ignores: ['dist', 'coverage', 'docs/api', '**/node_modules', '.ci/consumers'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,cjs,mjs}'],
    plugins: { kayak },
    rules: { 'kayak/disable-with-reason': 'error', eqeqeq: 'error', 'no-constant-binary-expression': 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },
  {
    files: SOURCES,
    rules: {
      'kayak/cast-with-comment': 'error',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
    },
  },
  {
    files: ['lib/**/*.ts', 'plugins/**/*.ts'],
    ignores: ['lib/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['lib/testing/**/*.ts'],
    rules: { 'kayak/no-ambient': ['error', { names: JEST }] },
  },
  {
    files: ['streams/**/*.ts'],
    rules: {
      'kayak/injected-time': 'error',
      'kayak/no-ambient': ['error', { names: AMBIENT, values: ['AbortSignal', 'AbortController'] }],
      'kayak/no-async': 'error',
    },
  },
  {
    // What consumers hold returns promises; the interfaces are contracts, what fulfils them lives in lib.
    files: ['streams/contracts/host.ts', 'streams/contracts/client.ts'],
    rules: {
      'kayak/no-ambient': [
        'error',
        { names: AMBIENT.filter(name => !PROMISES.has(name)), values: ['AbortSignal', 'AbortController', ...PROMISES] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
)
