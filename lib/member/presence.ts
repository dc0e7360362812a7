import { distinctUntilChanged, filter, map, merge, scan, type Observable } from 'rxjs'
import type { Transport } from '../../streams/contracts/transport.js'

interface Sign {
  readonly id: string | undefined
  readonly isHere: boolean
}

function take(present: ReadonlySet<string>, { id, isHere }: Sign): ReadonlySet<string> {
  if (id === undefined || present.has(id) === isHere) return present
  return new Set(isHere ? [...present, id] : [...present].filter(other => other !== id))
}

/**
 * The ids of those who are connected, as far as has been heard of them since this was subscribed.
 *
 * ```
 *  heard   -a--b-a----
 *  down    --------a--
 *  result  -a--ab--b--
 * ```
 */
export function presence$({ inbound$, notices$ }: Transport): Observable<ReadonlySet<string>> {
  const heard$ = inbound$.pipe(map(({ from }): Sign => ({ id: from.id, isHere: true })))
  const told$ = notices$.pipe(
    filter(notice => notice.type === 'peer-up' || notice.type === 'peer-down'),
    map(({ id, type }): Sign => ({ id, isHere: type === 'peer-up' })),
  )
  return merge(heard$, told$).pipe(scan(take, new Set<string>()), distinctUntilChanged())
}
