import { Subject } from 'rxjs'
import { lowerLimits } from '../../lib/testing/cluster'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import { AppendEntries, message, Propose, ProposeReply, TimeoutNow, NOTHING } from '../../streams/contracts/messages'
import type { Inbound } from '../../streams/contracts/transport'
import { received$, type Received } from '../../streams/sources/inbound'
import { Inbox } from '../../streams/sources/inbox'
import { logEntries, logEntry } from './entries'

const from = { id: 'b', address: 'b:1' }
const timeoutNow = (term: number) => message(TimeoutNow, { term })

function wire() {
  const clock = new VirtualClock()
  const inbox = new Inbox(clock)
  const inbound$ = new Subject<Inbound>()
  const told: string[] = []
  const received: Received[] = []
  const messages$ = received$(inbound$, inbox, {
    refused: (sender, reason) => void told.push(`${sender.id} refused: ${reason}`),
    dropped: ({ used, limit, unit }) =>
      void told.push(
        unit === 'count' ? `dropped: ${used} of ${limit}` : `dropped: ${limit} bytes${used > limit ? '' : '?'}`,
      ),
  })
  const subscription = messages$.subscribe(value => received.push(value))
  const send = (sent: unknown): void => inbound$.next({ from, message: sent })
  return { clock, inbox, inbound$, told, received, messages$, subscription, send }
}

describe('what others send', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('comes in its turn, with its sender and what its binary fields hold', () => {
    const { clock, received, send } = wire()
    const entries = logEntries(4, [2, 2])
    const fields = { term: 2, incarnation: 1, prevIndex: 3, prevTerm: 1, commit: 0, round: 1 }
    const append = message(AppendEntries, { ...fields, entries: encodeEntries(entries) })
    send(append)
    expect(received).toEqual([])
    clock.advanceBy(0)
    expect(received).toEqual([{ ...NOTHING, message: append, entries, from }])
  })

  it('changes nothing if it is no valid message, and is told of with its reason', () => {
    const { clock, inbox, told, received, send } = wire()
    for (const rubbish of [undefined, 7, [], { type: 'nonsense' }, timeoutNow(0.5), timeoutNow(0)]) send(rubbish)
    send(Object.assign(timeoutNow(1), { more: 1 }))
    expect(inbox.length).toBe(0)
    send(timeoutNow(3))
    clock.advanceBy(0)
    expect(received.map(one => one.message)).toEqual([timeoutNow(3)])
    expect(told).toHaveLength(7)
    for (const line of told) expect(line).toMatch(/^b refused: \S/)
  })

  it('is dropped while as much waits as may, before anyone looks at it', () => {
    restore = lowerLimits({ inboxMessages: 3 })
    const { clock, inbox, told, received, send } = wire()
    inbox.post(() => undefined)
    for (const term of [1, 2, 3, 4]) send(timeoutNow(term))
    send('rubbish')
    expect(told).toEqual(Array(3).fill('dropped: 4 of 3'))
    clock.advanceBy(0)
    send(timeoutNow(5))
    clock.advanceBy(0)
    expect(received.map(one => one.message)).toEqual([1, 2, 5].map(timeoutNow))
    expect(told).toHaveLength(3)
  })

  it('is dropped while as many bytes wait as may, until they have had their turn', () => {
    const propose = (id: string, bytes: number) =>
      message(Propose, { id, entries: encodeEntries([logEntry(0, 0, { payload: new Uint8Array(bytes) })]) })
    restore = lowerLimits({ inboxBytes: 10_000 })
    const { clock, told, received, send } = wire()
    const ids = (): string[] => received.flatMap(({ message: sent }) => (sent.type === 'propose' ? [sent.id] : []))
    for (const id of ['a', 'b', 'c']) send(propose(id, 4000))
    send(propose('d', 1000))
    expect(told).toEqual(['dropped: 10000 bytes'])
    clock.advanceBy(0)
    expect(ids()).toEqual(['a', 'b', 'd'])
    send(Object.assign(propose('e', 9000), { more: 1 }))
    for (const id of ['f', 'g']) send(propose(id, 4000))
    send(message(ProposeReply, { id: 'h', verdict: 'accepted', expired: Array.from({ length: 500 }, (_, at) => at) }))
    expect(told).toHaveLength(3)
    clock.advanceBy(0)
    expect(ids()).toEqual(['a', 'b', 'd', 'f', 'g'])
    expect(received).toHaveLength(5)
  })

  it('is checked once however many listen, and listened to by nobody once they have gone', () => {
    const { clock, inbound$, told, messages$, subscription, send } = wire()
    const other = messages$.subscribe()
    send('rubbish')
    expect(told).toHaveLength(1)
    clock.advanceBy(0)
    subscription.unsubscribe()
    other.unsubscribe()
    expect(inbound$.observed).toBe(false)
  })
})
