import { KayakError } from '../../streams/contracts/errors.js'

/** An address taken apart. The host is empty where all interfaces are meant. */
export interface Address {
  readonly host: string
  readonly port: number
}

const invalid = (address: unknown, why: string, name = 'The address'): KayakError => {
  // what is no string may refuse to be shown
  const shown = typeof address === 'string' ? JSON.stringify(address) : `of type ${typeof address}`
  return new KayakError('KAYAK_INVALID', `${name} ${shown} ${why}; write 'host:port' or ':port'.`)
}

const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]*)$/

/** @throws {@link KayakError} `KAYAK_INVALID` for anything but `'host:port'`, `'[v6]:port'` and `':port'`. */
export function parseAddress(address: unknown, name?: string): Address {
  if (typeof address !== 'string') throw invalid(address, 'is no string', name)
  const at = address.lastIndexOf(':')
  const [host, digits] = [address.slice(0, at), address.slice(at + 1)]
  if (at < 0 || !HOST.test(host) || host.length > 255) throw invalid(address, 'has no host and port', name)
  if (!/^\d{1,5}$/.test(digits) || Number(digits) > 65_535) throw invalid(address, 'has no port from 0 to 65535', name)
  return { host, port: Number(digits) }
}

/** An address that others can dial: with a host and a port. */
export function parsePeer(address: unknown, name?: string): string {
  const { host, port } = parseAddress(address, name)
  if (port === 0) throw invalid(address, 'has port 0, which nobody can dial', name)
  return `${host === '' ? '127.0.0.1' : host}:${String(port)}`
}

export const formatAddress = ({ host, port }: Address): string => `${host}:${String(port)}`

const ALL_INTERFACES: readonly string[] = ['', '0.0.0.0', '[::]']

/** What others dial where one listens at an address: all interfaces are reached as 127.0.0.1. */
export const dialled = ({ host, port }: Address): string =>
  formatAddress({ host: ALL_INTERFACES.includes(host) ? '127.0.0.1' : host, port })
