module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  // A bound for what hangs, not a measure of speed.
  testTimeout: 60_000,
  maxWorkers: '100%',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/examples/.*/node_modules'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^kayak$': '<rootDir>/lib/index.ts',
    '^kayak/client$': '<rootDir>/lib/client/index.ts',
    '^kayak/streams$': '<rootDir>/streams/operators/index.ts',
    '^kayak/testing$': '<rootDir>/lib/testing/index.ts',
    '^kayak/plugins/(.*)$': '<rootDir>/plugins/$1/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          transform: { legacyDecorator: true, useDefineForClassFields: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
}
