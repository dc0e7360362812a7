import { KayakError } from '../../streams/contracts/errors.js'

/** What stands for all interfaces in an address to bind. */
const ALL_INTERFACES = new Set(['', '0.0.0.0', '[::]'])
const FIRST_FREE_PORT = 49_152

/** Takes `host:port` apart; all interfaces are reached as 127.0.0.1. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(address)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw new KayakError('KAYAK_INVALID', `"${address}" is no host:port.`)
  const host = match[1] ?? ''
  return { host: ALL_INTERFACES.has(host) ? '127.0.0.1' : host, port }
}

/** The address to listen on: as asked for, or with the next free port for port 0. */
export function chooseAddress(bind: string, isTaken: (address: string) => boolean): string {
  const { host, port } = parseAddress(bind)
  if (port !== 0) return `${host}:${port}`
  for (let free = FIRST_FREE_PORT; free <= 65_535; free++) if (!isTaken(`${host}:${free}`)) return `${host}:${free}`
  throw new KayakError('KAYAK_ADDRESS_IN_USE', `No port of ${host} is free.`)
}
