import { Installer } from '../../streams/replica/installer'
import type { Received } from '../../streams/sources/inbound'
import { LIMITS } from '../../streams/contracts/limits'
import type { InstallSnapshot } from '../../streams/contracts/messages'
import { logEntries } from './entries'
import { Place, type PlaceOptions } from './place'
import { SESSION, Shipment } from './snapshots'

/** A replica that takes in snapshots; what it answers and what it tells. */
class Receiver extends Place {
  readonly installer = new Installer(this.replica)
  readonly told: string[] = []
  readonly failures: unknown[] = []

  constructor(options: PlaceOptions = {}) {
    super(options)
    this.installer.installs$.subscribe({ error: (error: unknown) => this.failures.push(error) })
    this.replica.compactions.subscribe(({ type, index, error }) =>
      this.told.push(`${type} ${index}${error === undefined ? '' : ` ${error.code}`}`),
    )
  }

  take(...chunks: readonly Received<InstallSnapshot>[]): this {
    for (const chunk of chunks) this.turn(() => this.replica.chunks.next(chunk))
    return this
  }

  /** What it has answered since the last call: to whom, of which snapshot, and what it wants next. */
  answers(): readonly string[] {
    return this.sent
      .splice(0)
      .flatMap(([to, sent]) =>
        sent.type === 'snapshot-reply'
          ? `${to}: ${sent.index} ${sent.installed ? 'installed' : `from ${sent.offset}`}`
          : [],
      )
  }
}

describe('a snapshot from the leader', () => {
  it('is taken in chunk by chunk, and in force once it is published', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1]), diskMs: 10 })
    const [shipment, { replica }] = [new Shipment(20, 4), place]
    place.take(shipment.chunk(0, 30)).pass(9)
    expect(place.answers()).toEqual([])
    expect(place.pass(1).answers()).toEqual(['b: 20 from 30'])
    // a write, the publication, and a read of the sessions
    place.take(shipment.chunk(30)).pass(29)
    expect([place.answers(), replica.commit]).toEqual([[], 0])
    expect(place.pass(1).answers()).toEqual(['b: 20 installed'])
    expect(replica).toMatchObject({ commit: 20, applied: 20, snapshot: { index: 20, term: 4 } })
    expect(replica.sessions.find(SESSION, 1)).toMatchObject({ index: 1 })
    expect([replica.roster.voters.length, replica.parts.log.last, replica.parts.log.lastTime]).toMatchObject([
      ...[3, { index: 20, term: 4 }, 500],
    ])
    expect(place.told).toEqual(['started 20', 'installed 20'])
    expect(place.disk.snapshots[0]?.bytes).toEqual(shipment.stream)
    place.pass(100)
    expect(place.disk.durable()).toMatchObject({ base: { index: 20, term: 4 }, entries: [] })
  })

  it('keeps what follows it in the log only where the terms agree (section 5.3)', () => {
    const agreeing = new Receiver({ entries: logEntries(1, [1, 1, 1, 1, 1]) }).take(new Shipment(3, 1).chunk(0))
    expect([agreeing.parts.log.last, agreeing.replica.applied]).toEqual([{ index: 5, term: 1 }, 3])
    const conflicting = new Receiver({ entries: logEntries(1, [1, 1, 1, 1, 1]) }).take(new Shipment(3, 2).chunk(0))
    expect(conflicting.parts.log.last).toMatchObject({ index: 3, term: 2 })
    expect(conflicting.answers()).toEqual(['b: 3 installed'])
  })

  it('that is no news is not taken in, and counts as installed where the disk has as much', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    place.replica.commitTo(3)
    place.take(new Shipment(3).chunk(0, 30))
    expect([place.answers(), place.told]).toEqual([['b: 3 installed'], []])
    place.turn(() => place.replica.append(logEntries(4, [1])))
    place.replica.commitTo(4)
    place.take(new Shipment(4).chunk(0, 30))
    expect(place.answers()).toEqual([])
    place.pass(10).take(new Shipment(4).chunk(0, 30))
    expect([place.answers(), place.disk.snapshots]).toEqual([['b: 4 installed'], []])
  })

  it('that what commits meanwhile has overtaken is given up', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1, 1]) })
    const shipment = new Shipment(3)
    place.take(shipment.chunk(0, 30))
    place.replica.commitTo(3)
    place.take(shipment.chunk(30))
    expect([place.answers(), place.told]).toEqual([['b: 3 from 30', 'b: 3 installed'], ['started 3']])
  })

  it('that is overtaken while it is published puts nothing back that has been applied', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1, 1, 1]), diskMs: 10 })
    place.take(new Shipment(3).chunk(0)).pass(15)
    place.replica.commitTo(4)
    place.replica.applied = 4
    place.pass(100)
    expect(place.replica).toMatchObject({ applied: 4, commit: 4, snapshot: { index: 3 } })
    expect([place.told, place.parts.log.last.index]).toEqual([['started 3'], 4])
  })
})

describe('chunks of a snapshot', () => {
  it('that come twice, or out of order, are answered with what is wanted', () => {
    const [place, shipment] = [new Receiver(), new Shipment(20)]
    place.take(shipment.chunk(0, 30), shipment.chunk(0, 30))
    // the first may come again from the leader whose answer was lost: nothing is written twice
    expect(place.answers()).toEqual(['b: 20 from 30', 'b: 20 from 30'])
    place.take(shipment.chunk(40), shipment.chunk(10, 30), shipment.chunk(30))
    expect(place.answers()).toEqual(['b: 20 from 30', 'b: 20 from 30', 'b: 20 installed'])
    expect(place.disk.snapshots[0]?.bytes).toEqual(shipment.stream)
  })

  it('that come while one is written are not heard, and sent again', () => {
    const place = new Receiver({ diskMs: 10 })
    const shipment = new Shipment(20)
    place.take(shipment.chunk(0, 30), shipment.chunk(0, 30), shipment.chunk(30)).pass(10)
    expect(place.answers()).toEqual(['b: 20 from 30'])
    place.take(shipment.chunk(30)).pass(100)
    expect([place.answers(), place.disk.snapshots[0]?.bytes]).toEqual([['b: 20 installed'], shipment.stream])
  })

  it('of which the beginning is missing are asked for from there', () => {
    const place = new Receiver().take(new Shipment(20).chunk(30))
    expect([place.answers(), place.told]).toEqual([['b: 20 from 0'], []])
  })

  it('of another snapshot are never put together with those of the first', () => {
    const place = new Receiver()
    const [older, newer] = [new Shipment(20, 1, [1, 2, 3, 4]), new Shipment(30, 1, [5, 6, 7, 8])]
    place.take(older.chunk(0, 30), newer.chunk(30))
    expect(place.answers()).toEqual(['b: 20 from 30', 'b: 30 from 0'])
    place.take(newer.chunk(0, 30), older.chunk(30), newer.chunk(30))
    expect(place.answers()).toEqual(['b: 30 from 30', 'b: 20 from 0', 'b: 30 installed'])
    expect(place.disk.snapshots.map(({ bytes }) => bytes)).toEqual([newer.stream])
  })

  it('of one that is no news, coming late, undo nothing of what comes in', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1, 1]) })
    place.replica.commitTo(2)
    const [older, newer] = [new Shipment(2), new Shipment(30)]
    place.take(newer.chunk(0, 30), older.chunk(0, 30), newer.chunk(30))
    expect(place.answers()).toEqual(['b: 30 from 30', 'b: 2 installed', 'b: 30 installed'])
  })

  it('of another leader’s snapshot at the same index are not, either: that begins anew', () => {
    const place = new Receiver()
    const [one, other] = [new Shipment(20, 1, [1, 2, 3, 4]), new Shipment(20, 1, [5, 6, 7, 8])]
    place.take(one.chunk(0, 30))
    place.take(other.chunk(30, Infinity, 'c'))
    expect(place.answers()).toEqual(['b: 20 from 30', 'c: 20 from 0'])
    place.take(other.chunk(0, 30, 'c'), other.chunk(30, Infinity, 'c'))
    expect(place.disk.snapshots[0]?.bytes).toEqual(other.stream)
  })

  it('go on where they broke off, whoever leads by then, if they are of the same bytes', () => {
    const [place, shipment] = [new Receiver(), new Shipment(20)]
    place.take(
      shipment.chunk(0, 30),
      shipment.chunk(0, 10, 'c'),
      shipment.chunk(30, 40, 'c'),
      shipment.chunk(0, 5, 'd'),
    )
    expect(place.answers()).toEqual(['b: 20 from 30', 'c: 20 from 30', 'c: 20 from 40', 'd: 20 from 40'])
    place.take(shipment.chunk(40, Infinity, 'd'))
    expect([place.answers(), place.disk.snapshots[0]?.bytes]).toEqual([['d: 20 installed'], shipment.stream])
    expect(place.told).toEqual(['started 20', 'installed 20'])
  })

  it.each<Partial<InstallSnapshot>>([{ checksum: 1 }, { bytes: 200 }, { time: 1 }, { sessionBytes: 1 }])(
    'of one that differs in %p begin anew',
    wrong => {
      const [place, shipment] = [new Receiver(), new Shipment(20)]
      place.take(shipment.chunk(0, 30), shipment.chunk(30, 40, 'c', wrong))
      expect(place.answers()).toEqual(['b: 20 from 30', 'c: 20 from 0'])
      place.take(shipment.chunk(0, 10, 'c', wrong))
      expect([place.answers(), place.told]).toEqual([['c: 20 from 10'], ['started 20', 'started 20']])
    },
  )

  it('that nobody goes on with keep a local snapshot out only for a while', () => {
    const place = new Receiver()
    place.take(new Shipment(20).chunk(0, 30)).pass(LIMITS.resumeTimeouts * place.replica.electionTimeoutMs - 1)
    expect(place.installer.hold()).toBe(false)
    expect(place.pass(1).installer.hold()).toBe(true)
    place.installer.release()
    place.take(new Shipment(20).chunk(30))
    expect(place.answers()).toEqual(['b: 20 from 30', 'b: 20 from 0'])
  })

  it('that are needed no more keep no local snapshot out', () => {
    const place = new Receiver({ entries: logEntries(1, [1, 1, 1]) })
    place.take(new Shipment(3).chunk(0, 30))
    expect(place.installer.hold()).toBe(false)
    place.replica.commitTo(3)
    expect(place.installer.hold()).toBe(true)
  })

  it('are not written while a local snapshot is, nor that while they come', () => {
    const [place, shipment] = [new Receiver(), new Shipment(20)]
    expect([place.installer.hold(), place.installer.hold()]).toEqual([true, false])
    place.take(shipment.chunk(0, 30))
    expect(place.answers()).toEqual([])
    place.installer.release()
    place.take(shipment.chunk(0, 30))
    expect([place.answers(), place.installer.hold()]).toEqual([['b: 20 from 30'], false])
    place.take(shipment.chunk(30))
    expect(place.installer.hold()).toBe(true)
  })
})

describe('a snapshot that is damaged', () => {
  it('on its way, or where it comes from, is not published but told of, and fetched anew', () => {
    const [place, shipment] = [new Receiver(), new Shipment(20)]
    const damaged = shipment.stream.slice(30).map(byte => byte ^ 1)
    place.take(shipment.chunk(0, 30), shipment.chunk(30, Infinity, 'b', { data: damaged }))
    expect(place.told).toEqual(['started 20', 'failed 20 KAYAK_CORRUPT'])
    expect([place.disk.snapshots, place.replica.commit, place.failures]).toEqual([[], 0, []])
    place.take(shipment.chunk(30), shipment.chunk(0, 30), shipment.chunk(30))
    expect(place.answers()).toEqual(['b: 20 from 30', 'b: 20 from 0', 'b: 20 from 30', 'b: 20 installed'])
    expect(place.disk.snapshots[0]?.bytes).toEqual(shipment.stream)
  })

  it('by a chunk that reaches beyond its end is not published', () => {
    const [place, shipment] = [new Receiver(), new Shipment(20)]
    place.take(shipment.chunk(0, Infinity, 'b', { bytes: shipment.stream.byteLength - 1 }))
    expect([place.told, place.disk.snapshots]).toEqual([['started 20', 'failed 20 KAYAK_CORRUPT'], []])
  })

  it('is no reason to end, but a disk that fails is', () => {
    const place = new Receiver({ entries: logEntries(1, [1]) })
    place.disk.failNextWrite()
    place.take(new Shipment(20).chunk(0))
    expect(place.failures).toMatchObject([{ code: 'KAYAK_STORAGE_FAILED' }])
    expect([place.answers(), place.replica.commit]).toEqual([[], 0])
  })
})
