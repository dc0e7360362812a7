import { join as path } from 'node:path'
import { filter, firstValueFrom, map, merge } from 'rxjs'
import { join, start, type Host, type Options, type Payload } from 'kayak'
import type { Stage } from './stage.js'

/** Three members of one cluster, in one process so that an example fits on a page. */
export interface Trio<T> extends AsyncDisposable {
  readonly hosts: readonly [a: Host<T>, b: Host<T>, c: Host<T>]
}

/**
 * Starts three members, each in a folder of its own, in which it goes on if it was there before.
 *
 * @param options - for the member in that folder.
 */
export async function trio<T = Payload>(
  { folder, signal }: Stage,
  options: (dataDir: string) => Options<T> = () => ({}),
): Promise<Trio<T>> {
  const optionsOf = (name: string): Options<T> => {
    const dataDir = path(folder, name)
    return { dataDir, signal, ...options(dataDir) }
  }
  const hosts: Host<T>[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(hosts.map(host => host.stop()))
  }
  try {
    const a = await start('127.0.0.1:0', optionsOf('a'))
    hosts.push(a)
    for (const name of ['b', 'c']) hosts.push(await join('127.0.0.1:0', [a.self.address], optionsOf(name)))
  } catch (error) {
    await stop()
    throw error
  }
  // one was pushed for each name
  return { hosts: hosts as unknown as Trio<T>['hosts'], [Symbol.asyncDispose]: stop }
}

/** The one of them that leads, once one does. */
export const leaderOf = <T>(hosts: readonly Host<T>[]): Promise<Host<T>> => {
  const leads$ = (host: Host<T>) => host.role$.pipe(filter(role => role === 'leader'))
  return firstValueFrom(merge(...hosts.map(host => leads$(host).pipe(map(() => host)))))
}
