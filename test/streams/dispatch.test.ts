import { message, NOTHING, ReadIndex, TimeoutNow } from '../../streams/contracts/messages'
import { Dispatch } from '../../streams/sources/dispatch'
import type { Received } from '../../streams/sources/inbound'

const from = { id: 'a'.repeat(32), address: 'a:1' }
const timeoutNow = (term: number): Received => {
  return { ...NOTHING, from, message: message(TimeoutNow, { term }) }
}
const readIndex: Received = { ...NOTHING, from, message: message(ReadIndex, { id: 'x' }) }

describe('messages that are dispatched', () => {
  it('reach those that look at all first, and then those that wait for their type', () => {
    const dispatch = new Dispatch()
    const seen: string[] = []
    dispatch.ofType('timeout-now').subscribe(({ message: { term } }) => seen.push(`term ${term}`))
    dispatch.ofType('read-index').subscribe(({ message: { id } }) => seen.push(`id ${id}`))
    dispatch.all$.subscribe(received => seen.push(received.message.type))
    dispatch.deliver(timeoutNow(1))
    dispatch.deliver(readIndex)
    dispatch.deliver(timeoutNow(2))
    expect(seen).toEqual(['timeout-now', 'term 1', 'read-index', 'id x', 'timeout-now', 'term 2'])
  })

  it('reach nobody twice when one that looks at all delivers them anew', () => {
    const dispatch = new Dispatch()
    const terms: number[] = []
    const once = dispatch.all$.subscribe(received => {
      once.unsubscribe()
      dispatch.ofType('timeout-now').subscribe(({ message: { term } }) => terms.push(term))
      dispatch.deliver(received)
    })
    dispatch.deliver(timeoutNow(7))
    expect(terms).toEqual([7])
  })

  it('end for all', () => {
    const dispatch = new Dispatch()
    let ended = 0
    for (const messages$ of [dispatch.all$, dispatch.ofType('propose')])
      messages$.subscribe({ complete: () => ended++ })
    dispatch.complete()
    expect(ended).toBe(2)
  })
})
