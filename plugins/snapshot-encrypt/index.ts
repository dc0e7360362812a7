export { decrypt, type KeyLookup } from './decrypt.js'
export { encrypt, type EncryptOptions } from './encrypt.js'
export type { Key, NamedKey } from './format.js'
export type { Soon } from './soon.js'
