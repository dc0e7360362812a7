import { EMPTY, Observable, Subject, type Subscriber } from 'rxjs'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { KayakError } from '../../streams/contracts/errors'
import { message, TimeoutNow } from '../../streams/contracts/messages'
import type { Storage } from '../../streams/contracts/storage'
import type { Peer, Transport } from '../../streams/contracts/transport'
import { Budgets } from '../../streams/replica/budgets'
import { Disk } from '../../streams/replica/disk'
import { Outbox } from '../../streams/replica/outbox'
import type { LogEntry } from '../../streams/rules/entry'
import { Inbox } from '../../streams/sources/inbox'

const KiB = 1024
const entry = (index: number, bytes = 0): LogEntry => {
  return { index, term: 1, kind: 'data', time: 0, session: '', number: 0, payload: new Uint8Array(bytes) }
}
const entries = (from: number, to: number, bytes = 0): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, bytes))

/** A storage whose writes end when a test says so. */
class Slate {
  readonly calls: string[] = []
  private under: Subscriber<never> | undefined

  private write(what: string): Observable<never> {
    return new Observable(subscriber => {
      this.calls.push(what)
      this.under = subscriber
    })
  }

  end(): void {
    this.under?.complete()
  }

  fail(): void {
    this.under?.error(new KayakError('KAYAK_STORAGE_FAILED', 'It has failed.'))
  }

  /** As much of a storage as a disk writes to. */
  get storage(): Storage {
    const part = {
      saveIdentity: () => this.write('identity'),
      saveTermAndVote: ({ term }: { term: number }) => this.write(`term ${term}`),
      append: (list: readonly LogEntry[]) => this.write(`append ${list.map(({ index }) => index).join(' ')}`),
      truncate: (from: number) => this.write(`truncate ${from}`),
      compact: ({ index }: { index: number }) => this.write(`compact ${index}`),
      dropSnapshots: () => this.write('drop'),
    }
    return part as unknown as Storage
  }
}

describe('a disk', () => {
  let clock: VirtualClock
  let inbox: Inbox
  let slate: Slate
  let disk: Disk
  let failed: unknown
  const slow: (readonly [string, number])[] = []

  beforeEach(() => {
    clock = new VirtualClock()
    inbox = new Inbox(clock)
    slate = new Slate()
    failed = undefined
    slow.length = 0
    const tell = (operation: string, tookMs: number): void => void slow.push([operation, tookMs])
    disk = new Disk(slate.storage, inbox, clock, tell, 0, { term: 0, vote: undefined })
    disk.writes$.subscribe({ error: (error: unknown) => (failed = error) })
  })

  const turn = (work: () => void = () => undefined): void => {
    inbox.post(work)
    clock.advanceBy(0)
  }
  /** Ends one step of the write under way. */
  const end = (): void => {
    slate.end()
    clock.advanceBy(0)
  }

  it('writes once a turn has settled, all that came in it', () => {
    turn(() => {
      disk.append(entries(1, 2))
      disk.append(entries(3, 3))
      expect(slate.calls).toEqual([])
    })
    expect(slate.calls).toEqual(['append 1 2 3'])
    expect(disk.durable).toBe(0)
    end()
    expect(disk.durable).toBe(3)
  })

  it('writes one thing at a time, and then all that has waited meanwhile', () => {
    turn(() => disk.append(entries(1, 1)))
    for (let index = 2; index <= 9; index++) turn(() => disk.append(entries(index, index)))
    expect(slate.calls).toEqual(['append 1'])
    end()
    expect(disk.durable).toBe(1)
    expect(slate.calls).toEqual(['append 1', 'append 2 3 4 5 6 7 8 9'])
    end()
    expect(disk.durable).toBe(9)
  })

  it('writes a megabyte at a time, or one entry, and goes on with what is left', () => {
    const wrote: number[] = []
    disk.wrote$.subscribe(() => wrote.push(disk.durable))
    turn(() => disk.append([...entries(1, 5, 400 * KiB), entry(6, 3072 * KiB), ...entries(7, 8)]))
    expect(slate.calls).toEqual(['append 1 2'])
    turn(() => disk.append(entries(9, 9)))
    for (let write = 0; write < 5; write++) end()
    expect(slate.calls).toEqual(['append 1 2', 'append 3 4', 'append 5', 'append 6', 'append 7 8 9'])
    expect(wrote).toEqual([2, 4, 5, 6, 9])
  })

  it('writes nothing of what was cut while a part of it was written', () => {
    turn(() => disk.append(entries(1, 6, 400 * KiB)))
    turn(() => disk.truncate(4))
    expect(disk.durable).toBe(0)
    end()
    turn(() => disk.append(entries(4, 4)))
    end()
    expect(slate.calls).toEqual(['append 1 2', 'append 3', 'append 4'])
    end()
    expect(disk.durable).toBe(4)
  })

  it('writes term and vote before what was appended in that term, and cuts before it appends', () => {
    turn(() => disk.append(entries(1, 5)))
    end()
    turn(() => {
      disk.append(entries(6, 6))
      disk.truncate(4)
      disk.append(entries(4, 4))
      disk.saveVote({ term: 2, vote: undefined })
      disk.saveVote({ term: 3, vote: undefined })
    })
    for (let step = 0; step < 3; step++) end()
    expect(slate.calls.slice(1)).toEqual(['term 3', 'truncate 4', 'append 4'])
    expect([disk.durable, disk.durableVote]).toEqual([4, { term: 3, vote: undefined }])
  })

  it('counts nothing durable that was cut while it was written', () => {
    turn(() => disk.append(entries(1, 5)))
    turn(() => disk.truncate(3))
    end()
    expect(disk.durable).toBe(2)
    end()
    expect(slate.calls).toEqual(['append 1 2 3 4 5', 'truncate 3'])
    expect(disk.durable).toBe(2)
  })

  it('cuts nothing on disk that never got there', () => {
    turn(() => {
      disk.append(entries(1, 5))
      disk.truncate(3)
    })
    expect(slate.calls).toEqual(['append 1 2'])
  })

  it('tells of each write when all of it is done, and not before', () => {
    let wrote = 0
    disk.wrote$.subscribe(() => wrote++)
    turn(() => {
      disk.saveVote({ term: 1, vote: undefined })
      disk.append(entries(1, 1))
    })
    expect(disk.voteWaits).toBe(true)
    end()
    expect([wrote, disk.voteWaits]).toEqual([0, true])
    end()
    expect([wrote, disk.voteWaits]).toEqual([1, false])
  })

  it('fails for good with a write, and writes nothing after it', () => {
    turn(() => disk.append(entries(1, 1)))
    turn(() => disk.append(entries(2, 2)))
    slate.fail()
    clock.advanceBy(0)
    expect(failed).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    turn(() => disk.append(entries(3, 3)))
    expect(slate.calls).toEqual(['append 1'])
    expect([disk.durable, clock.pending]).toEqual([0, 0])
  })

  it('tells of a slow write while it goes on, and again how long it took', () => {
    turn(() => disk.append(entries(1, 1)))
    clock.advanceBy(499)
    expect([slow, disk.writingSince]).toEqual([[], 0])
    clock.advanceBy(1500)
    expect(slow).toEqual([['write', 500]])
    end()
    expect(slow).toEqual([['write', 500], ['write', 1999]]) // prettier-ignore
    expect([clock.pending, disk.writingSince]).toEqual([0, undefined])
  })

  it('looks after all writes with one timer, and tells of each that is slow once, when it is', () => {
    for (let index = 1; index <= 9; index++) {
      turn(() => disk.append(entries(index, index)))
      expect(clock.pending).toBe(1)
      clock.advanceBy(50)
      end()
    }
    turn(() => disk.append(entries(10, 10)))
    const told = (ms: number): number => {
      for (let turns = 0; turns < ms; turns++) {
        clock.advanceBy(1)
        turn()
      }
      return slow.length
    }
    expect([told(499), told(1), told(700)]).toEqual([0, 1, 1])
    end()
    turn(() => disk.append(entries(11, 11)))
    expect([told(499), told(1), told(700)]).toEqual([2, 3, 3])
    end()
    turn()
    expect(clock.pending).toBe(0)
  })

  it('tells of a slow write when it is, though nothing else happens', () => {
    turn(() => disk.append(entries(1, 1)))
    clock.advanceBy(450)
    end()
    turn(() => disk.append(entries(2, 2)))
    clock.advanceBy(499)
    expect(slow).toEqual([])
    clock.advanceBy(1)
    expect(slow).toEqual([['write', 500]])
    for (let turns = 0; turns < 9; turns++) {
      turn()
      expect(clock.pending).toBe(0)
    }
  })

  it('keeps what follows an installed snapshot only where it agrees', () => {
    turn(() => disk.append(entries(1, 5)))
    end()
    turn(() => {
      disk.append(entries(6, 7))
      disk.replaced({ index: 6, term: 1 }, true)
    })
    for (let step = 0; step < 2; step++) end()
    expect(slate.calls.slice(1)).toEqual(['compact 6', 'append 7'])
    expect(disk.durable).toBe(7)
    turn(() => disk.replaced({ index: 7, term: 9 }, false))
    for (let step = 0; step < 2; step++) end()
    expect(slate.calls.slice(3)).toEqual(['truncate 7', 'compact 7'])
    expect(disk.durable).toBe(7)
  })
})

describe('an outbox', () => {
  it('holds what promises a term or a vote until that is on disk, and keeps the order', () => {
    const [clock, slate] = [new VirtualClock(), new Slate()]
    const inbox = new Inbox(clock)
    const disk = new Disk(slate.storage, inbox, clock, () => undefined, 0, { term: 0, vote: undefined })
    disk.writes$.subscribe()
    const sent: number[] = []
    const send = (_: Peer, { term }: { term: number }): void => void sent.push(term)
    // as much of a transport as an outbox uses
    const transport = { send, close: () => EMPTY, inbound$: new Subject() } as unknown as Transport
    const outbox = new Outbox(disk, transport, new Budgets(clock))
    disk.wrote$.subscribe(() => outbox.release())
    const peer = { id: undefined, address: 'b:1' }
    const say = (term: number): void => outbox.send(peer, message(TimeoutNow, { term }))
    say(1)
    expect(sent).toEqual([1])
    inbox.post(() => {
      disk.saveVote({ term: 2, vote: undefined })
      say(2)
      say(3)
    })
    clock.advanceBy(0)
    say(4)
    expect(sent).toEqual([1])
    // another term while the first is being written
    inbox.post(() => disk.saveVote({ term: 5, vote: undefined }))
    clock.advanceBy(0)
    slate.end()
    clock.advanceBy(0)
    expect(sent).toEqual([1])
    slate.end()
    clock.advanceBy(0)
    expect(sent).toEqual([1, 2, 3, 4])
    say(6)
    expect(sent).toEqual([1, 2, 3, 4, 6])
  })
})
