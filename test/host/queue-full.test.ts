import { merge, Subject } from 'rxjs'
import type { Transport } from 'kayak'
import type { TransportNotice } from '../../streams/contracts/transport.js'
import { record, World } from './world.js'

test('what a transport drops for a full queue is told as a budget, once and with how often, and nothing else that it drops', async () => {
  const world = new World()
  const told = new Subject<TransportNotice>()
  const inner = world.network.transport()
  const transport: Transport = {
    inbound$: inner.inbound$,
    notices$: merge(inner.notices$, told),
    open: options => inner.open(options),
    identify: id => inner.identify(id),
    send: (to, message) => inner.send(to, message),
    close: () => inner.close(),
  }
  const a = await world.start('a', { transport })
  const events = record(a.events$)
  const to = { id: 'b'.repeat(32), address: '127.0.0.1:9' }
  for (const reason of ['not-connected', 'too-large'] as const) told.next({ type: 'dropped', to, reason })
  const full = { type: 'dropped', to, reason: 'queue-full', used: 11, limit: 10 } as const
  for (let times = 0; times < 3; times++) told.next(full)
  await world.pass(10_000)
  told.next(full)
  const budget = { type: 'over-budget', budget: 'queue', used: 11, limit: 10, member: to.id }
  expect(events.values).toMatchObject([
    { ...budget, count: 1 },
    { ...budget, count: 3 },
  ])
  await world.stop(a)
})
