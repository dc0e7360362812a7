import { KayakError } from '../../streams/contracts/errors.js'

/** The file that each storage in a folder makes before all others. */
const STATE_FILES = ['state.db', 'state.kayak'] as const

/**
 * Refuses a folder of another storage, which looks empty to this one: a member would be founded beside the one that is
 * there.
 *
 * @param own - the state file of the storage that asks.
 * @throws {@link KayakError} `KAYAK_INVALID`.
 */
export function refuseOthers(folder: string, names: readonly string[], own: (typeof STATE_FILES)[number]): void {
  const other = STATE_FILES.find(name => name !== own && names.includes(name))
  if (other !== undefined)
    throw new KayakError('KAYAK_INVALID', `${folder} is of another storage, which has made ${other} there.`)
}
