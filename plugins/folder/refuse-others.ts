import { KayakError } from '../../streams/contracts/errors.js'

/** By the file that each storage in a folder makes before all others: the names that only it gives. */
const STORAGES = [
  { state: 'state.db', names: /^(state\.db|log-\d+\.db)$/ },
  { state: 'state.kayak', names: /^(state\.kayak|log-\d+\.seg)$/ },
] as const

/**
 * Refuses a folder of another storage, which looks empty to this one, also where its state is lost: a member would be
 * founded beside the one that is there.
 *
 * @param own - the state file of the storage that asks.
 * @throws {@link KayakError} `KAYAK_INVALID`.
 */
export function refuseOthers(folder: string, names: readonly string[], own: (typeof STORAGES)[number]['state']): void {
  const others = STORAGES.filter(({ state }) => state !== own)
  const found = names.find(name => others.some(other => other.names.test(name)))
  if (found !== undefined)
    throw new KayakError('KAYAK_INVALID', `${folder} is of another storage, which has made ${found} there.`)
}
