/** Lets a plain Node process run this project's TypeScript, as jest does. */
const { transformSync } = require('@swc/core')
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { transform } = require('../../../jest.config.js')

const [, options] = Object.values(transform)[0]
const resolve = Module._resolveFilename
Module._resolveFilename = function (name, parent, ...rest) {
  const isOwn = name.startsWith('.') && !parent?.filename.includes('node_modules')
  return resolve.call(this, isOwn ? name.replace(/\.js$/, '') : name, parent, ...rest)
}
require.extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename, swcrc: false }).code, filename)
