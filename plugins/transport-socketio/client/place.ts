import { KayakError } from '../../../streams/contracts/errors.js'
import { CLIENT_PATH } from './hello.js'

/** Where a member is asked for a WebSocket. */
export interface Place {
  readonly origin: string
  readonly path: string
}

/** @throws {@link KayakError} `KAYAK_INVALID` for what is no URL of a WebSocket. */
export function placeOf(url: string): Place {
  const parsed = parse(url)
  if (parsed === undefined || !['ws:', 'wss:'].includes(parsed.protocol))
    throw new KayakError('KAYAK_INVALID', `url: "${url}" is no ws: or wss: URL.`)
  const { protocol, host, pathname } = parsed
  return { origin: `${protocol}//${host}`, path: pathname.replace(/\/+$/, '') + CLIENT_PATH }
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}
