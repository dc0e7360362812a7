import type { Entry } from 'kayak'
import {
  ClientAppended,
  ClientChunk,
  ClientEnded,
  ClientEntries,
  ClientFresh,
  clientMessage,
  ClientSnapshotIs,
  failureOf,
} from '../../streams/contracts/client-messages'
import { KayakError } from '../../streams/contracts/errors'
import { LIMITS } from '../../streams/contracts/limits'
import { framed, memberAt, Stage, type Call } from './scripted'

const THREE = [1, 2, 3].map(memberAt)

const appended = (call: Call, id: number, index: number): void =>
  call.tell(clientMessage(ClientAppended, { id, index, term: 1, time: 1 }))
const failed = (call: Call, id: number, error: KayakError): void => call.tell(failureOf(id, error))

describe('an append', () => {
  it('is sent again under the same name when a connection is lost, and not once it was answered', async () => {
    const stage = await Stage.open(THREE, 5000)
    const append = stage.client.log.append('x')
    const first = stage.last
    expect(first.of('append')).toHaveLength(1)
    first.down()
    const second = (await stage.next()).up(THREE)
    const [[before], [again]] = [first.of('append'), second.of('append')]
    expect(again).toMatchObject({ name: before?.name, number: before?.number, since: 5000, payload: before?.payload })
    expect(before?.since).toBe(5000)
    appended(second, again?.id ?? 0, 7)
    expect(await stage.world.run(append)).toEqual({ index: 7, term: 1, kind: 'data', payload: 'x', time: 1 })
    second.down()
    expect((await stage.next()).up(THREE).of('append')).toEqual([])
  })

  it('is rejected where each that was asked has refused it, and unknown where one was lost before', async () => {
    const stage = await Stage.open(THREE)
    const refused = new KayakError('KAYAK_OVERLOADED', 'Too much.')
    const one = stage.client.log.append('x')
    failed(stage.last, stage.last.of('append')[0]?.id ?? 0, refused)
    expect(await stage.world.fails(one)).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected' })
    const other = stage.client.log.append('y', { timeoutMs: 3000 })
    stage.last.down()
    const second = (await stage.next()).up(THREE)
    failed(second, second.of('append')[0]?.id ?? 0, refused)
    await stage.world.until(() => second.of('append').length === 2)
    failed(second, second.of('append')[1]?.id ?? 0, new KayakError('KAYAK_NOT_AUTHORIZED', 'No.'))
    expect(await stage.world.fails(other)).toMatchObject({ code: 'KAYAK_NOT_AUTHORIZED', outcome: 'unknown' })
  })

  it('waits for another member where its own is going away, and fails by its deadline', async () => {
    const stage = await Stage.open(THREE)
    const append = stage.client.log.append('x', { timeoutMs: 1000 })
    failed(stage.last, 1, new KayakError('KAYAK_STOPPED', 'It stops.'))
    stage.last.down()
    const error = await stage.world.fails(append)
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    expect(error.message).toContain('No member is connected: m:')
  })

  it('tells the member that nobody waits any more where it is aborted', async () => {
    const stage = await Stage.open(THREE)
    const controller = new AbortController()
    const append = stage.client.log.append('x', { signal: controller.signal })
    controller.abort('enough')
    expect(await stage.world.fails(append)).toMatchObject({
      code: 'KAYAK_ABORTED',
      outcome: 'unknown',
      cause: 'enough',
    })
    expect(stage.last.of('cancel')).toEqual([expect.objectContaining({ id: stage.last.of('append')[0]?.id })])
  })

  it('resolves after committed$ has told it', async () => {
    const stage = await Stage.open(THREE)
    const heard: Entry[] = []
    stage.client.committed$.subscribe(entry => heard.push(entry))
    let isDone = false
    const append = stage.client.log.append('x').then(() => (isDone = true))
    appended(stage.last, stage.last.of('append')[0]?.id ?? 0, 3)
    await stage.world.breathe()
    expect(isDone).toBe(false)
    const [follow] = stage.last.of('follow')
    stage.last.tell(clientMessage(ClientEntries, { id: follow?.id ?? 0, entries: framed([3, 'x']), next: 4 }))
    await stage.world.run(append)
    expect(heard.map(({ payload }) => payload)).toEqual(['x'])
  })

  it('has a session that is renewed before an answer in it could be forgotten, and once it has expired', async () => {
    const stage = await Stage.open(THREE, 100)
    const appends = Array.from({ length: 40 }, (_, at) => stage.client.log.append(`${at}`))
    const names = (): string[] => stage.last.of('append').map(({ name }) => name)
    // by a window of 64: numbers go no further than half of it ahead of the lowest that waits
    expect(new Set(names()).size).toBe(2)
    expect(names().filter(name => name === names()[0])).toHaveLength(32)
    expect(new Set(stage.last.of('append').map(({ name, number }) => `${name} ${number}`)).size).toBe(40)
    for (const { id } of stage.last.of('append')) appended(stage.last, id, 101 + id)
    await stage.world.run(Promise.all(appends))
    const expired = stage.client.log.append('late')
    const late = stage.last.of('append').at(-1)
    failed(stage.last, late?.id ?? 0, new KayakError('KAYAK_SESSION_EXPIRED', 'Gone.', { outcome: 'unknown' }))
    expect(await stage.world.fails(expired)).toMatchObject({ code: 'KAYAK_SESSION_EXPIRED', outcome: 'unknown' })
    stage.last.progress(9000)
    void stage.client.log.append('later').catch(() => undefined)
    const later = stage.last.of('append').at(-1)
    expect(later?.name).not.toBe(late?.name)
    expect(later).toMatchObject({ number: 1, since: 9000 })
    await stage.client.stop()
  })

  it('has a new session where so much has committed that the old one may be forgotten', async () => {
    const stage = await Stage.open(THREE, 10)
    const one = stage.client.log.append('x')
    appended(stage.last, 1, 11)
    await stage.world.run(one)
    stage.last.progress(11 + LIMITS.sessions)
    void stage.client.log.append('y').catch(() => undefined)
    const [first, second] = stage.last.of('append')
    expect(second?.name).not.toBe(first?.name)
    await stage.client.stop()
  })

  it('is refused where too many wait', async () => {
    const stage = await Stage.open(THREE)
    const waiting = Array.from({ length: LIMITS.clientRequests }, () => stage.client.sync.barrier().catch(() => 0))
    expect(await stage.world.fails(stage.client.log.append('x'))).toMatchObject({
      code: 'KAYAK_OVERLOADED',
      outcome: 'rejected',
    })
    await stage.client.stop()
    await Promise.all(waiting)
    const other = await Stage.open(THREE)
    const large = new Uint8Array(8 * 1024 * 1024)
    const held = [1, 2, 3].map(() => other.client.log.append(large).catch(() => 0))
    expect(await other.world.fails(other.client.log.append(large))).toMatchObject({ code: 'KAYAK_OVERLOADED' })
    await other.client.stop()
    await Promise.all(held)
  })
})

describe('what is followed', () => {
  const entries = (call: Call, next: number, ...batch: readonly (readonly [number, string])[]): void => {
    const id = call.of('follow').at(-1)?.id ?? 0
    call.tell(clientMessage(ClientEntries, { id, entries: framed(...batch), next }))
  }

  it('goes on where it was, through whichever member, and takes nothing twice', async () => {
    const stage = await Stage.open(THREE, 10)
    const [hot, cold]: [number[], number[]] = [[], []]
    stage.client.committed$.subscribe(({ index }) => hot.push(index))
    expect(stage.last.of('follow')).toMatchObject([{ from: 11 }])
    entries(stage.last, 14, [11, 'a'], [12, 'b'])
    stage.client.log.listen(5).subscribe(({ index }) => cold.push(index))
    entries(stage.last, 7, [5, 'x'])
    stage.last.down()
    const second = (await stage.next()).up(THREE, { committed: 8 })
    expect(second.of('follow')).toMatchObject([{ from: 14 }, { from: 7 }])
    const [{ id } = { id: 0 }] = second.of('follow')
    second.tell(clientMessage(ClientEntries, { id, entries: framed([14, 'c']), next: 15 }))
    expect([hot, cold]).toEqual([[11, 12, 14], [5]])
    // a member that sends again what was there is not believed
    second.tell(clientMessage(ClientEntries, { id, entries: framed([14, 'c']), next: 15 }))
    expect(hot).toEqual([11, 12, 14])
    expect(second.isOver).toBe(true)
    expect(stage.events.at(-1)).toMatchObject({ type: 'message-refused' })
  })

  it('is taken as fast as it is consumed', async () => {
    const stage = await Stage.open(THREE, 10)
    const iterator = stage.client.log.entries(1)[Symbol.asyncIterator]()
    const first = iterator.next()
    entries(stage.last, 3, [1, 'a'], [2, 'b'])
    entries(stage.last, 5, [3, 'c'], [4, 'd'])
    expect((await stage.world.run(first)).value).toMatchObject({ payload: 'a' })
    expect(stage.last.of('more')).toHaveLength(1)
    await stage.world.run(iterator.next())
    expect(stage.last.of('more')).toHaveLength(2)
    await iterator.return?.()
    expect(stage.last.of('cancel')).toHaveLength(1)
  })

  it('skips what is in a snapshot by now, and says so, where it is hot, and errors where it is not', async () => {
    const stage = await Stage.open(THREE, 10)
    const told: unknown[] = []
    stage.client.committed$.subscribe(({ index }) => told.push(index))
    stage.client.compaction$.subscribe(({ type, index }) => told.push([type, index]))
    entries(stage.last, 12, [11, 'a'])
    stage.last.down()
    const second = (await stage.next()).up(THREE)
    const compacted = new KayakError('KAYAK_COMPACTED', 'It is in the snapshot.', { snapshotIndex: 40 })
    failed(second, second.of('follow')[0]?.id ?? 0, compacted)
    expect(second.of('follow').at(-1)).toMatchObject({ from: 41 })
    entries(second, 42, [41, 'z'])
    expect(told).toEqual([11, ['installed', 40], 41])
    let error: unknown
    stage.client.log.listen(3).subscribe({ error: (reason: unknown) => (error = reason) })
    failed(second, second.of('follow').at(-1)?.id ?? 0, compacted)
    expect(error).toMatchObject({ code: 'KAYAK_COMPACTED', snapshotIndex: 40 })
  })
})

describe('a snapshot', () => {
  const is = { index: 9, term: 2, bytes: 6, checksum: 77 }
  const chunk = (call: Call, ...data: number[]): void =>
    call.tell(clientMessage(ClientChunk, { id: call.of('download').at(-1)?.id ?? 0, data: new Uint8Array(data) }))

  /** A client that downloads it, and has half of it as its connection is lost. */
  async function half(): Promise<{ stage: Stage; got: number[]; errors: unknown[]; ended: () => boolean }> {
    const stage = await Stage.open(THREE, 20)
    const asking = stage.client.log.snapshot()
    stage.last.tell(clientMessage(ClientSnapshotIs, { id: stage.last.of('snapshot')[0]?.id ?? 0, ...is }))
    const snapshot = await stage.world.run(asking)
    const [got, errors]: [number[], unknown[]] = [[], []]
    let isOver = false
    snapshot?.chunks$.subscribe({
      next: bytes => got.push(...bytes),
      error: error => errors.push(error),
      complete: () => (isOver = true),
    })
    expect(stage.last.of('download')).toMatchObject([{ index: 9, checksum: 77, offset: 0 }])
    chunk(stage.last, 1, 2, 3)
    stage.last.down()
    ;(await stage.next()).up(THREE)
    expect(stage.last.of('download')).toMatchObject([{ index: 9, checksum: 77, offset: 3 }])
    return { stage, got, errors, ended: () => isOver }
  }

  it('goes on where it was, through a member that has the very same one', async () => {
    const { stage, got, ended } = await half()
    chunk(stage.last, 4, 5, 6)
    expect(ended()).toBe(false)
    stage.last.tell(clientMessage(ClientEnded, { id: stage.last.of('download')[0]?.id ?? 0 }))
    expect([got, ended()]).toEqual([[1, 2, 3, 4, 5, 6], true])
  })

  it('breaks off where the next member has another one, and never looks whole', async () => {
    const one = await half()
    const { id = 0 } = one.stage.last.of('download')[0] ?? {}
    failed(one.stage.last, id, new KayakError('KAYAK_INTERRUPTED', 'It has another one.'))
    expect(one.errors).toEqual([expect.objectContaining({ code: 'KAYAK_INTERRUPTED', retryable: true })])
    const cut = await half()
    cut.stage.last.tell(clientMessage(ClientEnded, { id: cut.stage.last.of('download')[0]?.id ?? 0 }))
    expect(cut.errors).toEqual([expect.objectContaining({ code: 'KAYAK_INTERRUPTED' })])
    const stopped = await half()
    await stopped.stage.client.stop()
    expect([stopped.errors.length, stopped.ended()]).toEqual([1, false])
  })
})

describe('a read', () => {
  it('waits for those who acknowledge, up to what they could see, and for what is proven', async () => {
    const stage = await Stage.open(THREE, 8)
    const { client } = stage
    client.log.listen(1).subscribe(({ index }) => index < 7 && client.sync.ack(index))
    const [follow] = stage.last.of('follow')
    stage.last.tell(clientMessage(ClientEntries, { id: follow?.id ?? 0, entries: framed([6, 'a'], [7, 'b']), next: 9 }))
    let value = 0
    const read = client.read(() => (value = 1))
    const [asked] = stage.last.of('read')
    expect(asked).toMatchObject({ level: 'linearizable' })
    // the member can't know that entry 8 is none that anybody sees
    stage.last.tell(clientMessage(ClientFresh, { id: asked?.id ?? 0, index: 8, visible: 8 }))
    await stage.world.breathe()
    expect(value).toBe(0)
    client.sync.ack(7)
    await stage.world.run(read)
    expect(value).toBe(1)
    expect(await stage.world.run(client.read(() => 2, 'stale'))).toBe(2)
    expect(client.log.shown).toBe(7)
  })
})

describe('a connection', () => {
  it('is given up where nothing is heard any more, and not while something is', async () => {
    const stage = await Stage.open(THREE)
    for (let second = 0; second < 20; second++) {
      stage.last.progress(second)
      await stage.world.pass(1000)
    }
    expect(stage.calls).toHaveLength(1)
    const first = stage.last
    const second = await stage.next(LIMITS.clientSilenceMs + 2 * LIMITS.clientBeatMs)
    expect(first.isOver).toBe(true)
    expect(second.address).not.toBe(first.address)
  })

  it('is given up where the member knows of no leader for long, but not where there is nobody else', async () => {
    for (const members of [THREE, THREE.slice(0, 1)]) {
      const stage = await Stage.open(members)
      stage.last.stand(members, undefined)
      for (let beat = 0; beat < 8; beat++) {
        await stage.world.pass(500)
        stage.calls[0]?.progress(beat)
      }
      expect(stage.calls.length > 1).toBe(members.length > 1)
      await stage.client.stop()
    }
  })

  it('is sought among those that the roster names, the newest that was told, and among the first ones', async () => {
    const stage = await Stage.open(THREE)
    const others = [7, 8].map(memberAt)
    stage.last.stand(others, others[0], 9)
    stage.last.stand(THREE, THREE[0], 5)
    expect(stage.client.roster).toEqual({ voters: others, learners: [], index: 9 })
    stage.last.down()
    const called = new Set<string>()
    for (let at = 0; at < 5; at++) {
      const call = await stage.next()
      called.add(call.address)
      call.down('nobody is there')
    }
    expect([...called].slice(0, 2).sort()).toEqual(['m:7', 'm:8'])
    expect(called).toEqual(new Set([...others, ...THREE].map(({ address }) => address)))
  })

  it('tells of a leader, and of whom it is connected to, only where that is another one', async () => {
    const stage = await Stage.open(THREE)
    const leaders: (string | undefined)[] = []
    stage.client.leader$.subscribe(leader => leaders.push(leader?.address))
    for (const at of [0, 0, 1, 1]) stage.last.stand(THREE, THREE[at])
    stage.last.stand(THREE, undefined, 2)
    expect(leaders).toEqual(['m:1', 'm:2', undefined])
  })

  it('is sought with pauses that grow, and are never long', async () => {
    const stage = await Stage.open(THREE)
    const at: number[] = []
    stage.last.down()
    for (let call = 0; call < 60; call++) {
      ;(await stage.next()).down('nobody is there')
      at.push(stage.world.clock.now())
    }
    const pauses = at.slice(1).map((time, call) => time - (at[call] ?? 0))
    expect(Math.max(...pauses.slice(0, 1))).toBeLessThanOrEqual(LIMITS.leastClientPauseMs)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(LIMITS.mostClientPauseMs)
    expect(Math.min(...pauses.slice(-20))).toBeGreaterThanOrEqual(LIMITS.mostClientPauseMs / 2)
    // they are drawn, so that not all clients come at once
    expect(new Set(pauses.slice(-20)).size).toBeGreaterThan(15)
  })

  it('is not made with a member of another cluster, nor kept with one that says what no member says', async () => {
    const stage = await Stage.open(THREE)
    stage.last.tell({ type: 'progress', group: 0, committed: -1, visible: 0, window: 64 })
    const second = (await stage.next()).up(THREE, { clusterId: 'd'.repeat(32) })
    await stage.next()
    expect(second.isOver).toBe(true)
    expect(stage.events.map(({ type }) => type)).toEqual(['connected', 'message-refused', 'refused'])
    expect(stage.events.at(-1)).toMatchObject({ code: 'KAYAK_OTHER_CLUSTER' })
  })

  it('leaves no timer once the client has stopped, whatever it was about', async () => {
    for (const prepare of [
      (): void => undefined,
      (stage: Stage): void => stage.last.down(),
      (stage: Stage): void => stage.last.stand(THREE, undefined),
      (stage: Stage): void => void stage.client.log.append('x').catch(() => undefined),
    ]) {
      const stage = await Stage.open(THREE)
      prepare(stage)
      await stage.client.stop()
      await stage.world.breathe()
      expect(stage.world.clock.pending).toBe(0)
      expect(stage.calls.every(({ isOver }) => isOver)).toBe(true)
    }
  })
})
