import { KayakError } from '../../streams/contracts/errors.js'

export interface HostPort {
  /** Without the brackets of an IPv6 literal. */
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]*):(\d{1,5})$/
const ALL_INTERFACES = new Set(['', '0.0.0.0', '::'])
const LOOPBACK = /^(localhost|::1|127(\.\d{1,3}){3})$/i

/** Takes `host:port`, `[v6]:port` or `:port` apart; undefined for anything else. */
export function parseAddress(address: string): HostPort | undefined {
  const match = ADDRESS.exec(address)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return undefined
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port }
}

/** Puts an address together again. */
export const formatAddress = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

export const isAllInterfaces = (host: string): boolean => ALL_INTERFACES.has(host)

/**
 * What to listen on: without a secret, and unless it is told that this is wanted, only what this machine alone can
 * reach.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for what is no address, `KAYAK_NOT_AUTHORIZED` for what would be open to
 * everybody.
 */
export function bindTo(bind: string, mayBeReached: boolean): HostPort {
  const address = parseAddress(bind)
  if (address === undefined) throw new KayakError('KAYAK_INVALID', `bind: "${bind}" is no host:port.`)
  if (mayBeReached || LOOPBACK.test(address.host)) return address
  if (address.host === '') return { host: '127.0.0.1', port: address.port }
  const text = `Without a secret only loopback is bound, not ${bind}, unless the transport is told "insecure: true".`
  throw new KayakError('KAYAK_NOT_AUTHORIZED', text)
}
