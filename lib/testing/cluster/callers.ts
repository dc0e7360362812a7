import { LIMITS } from '../../../streams/contracts/limits.js'
import { DATED_DIGITS, datedSession } from '../../../streams/rules/session.js'
import { randomHex } from '../../../streams/contracts/clock.js'
import type { KayakError } from '../../../streams/contracts/errors.js'
import { changeName, type RosterChange, type RosterStep } from '../../../streams/rules/membership.js'
import type { Waiting } from '../../member/waiting-room.js'
import type { Staleness } from '../../../streams/rules/staleness.js'
import { boundedStaleness } from '../invariants/index.js'
import type { Checker } from './checker.js'
import type { Operation } from './operations.js'
import type { Surroundings } from './surroundings.js'
import type { TestMember } from './test-member.js'

/** How an append is named, and what is in it. */
export interface AppendCall {
  readonly payload?: Uint8Array
  readonly session?: string
  readonly number?: number
  readonly timeoutMs?: number
}

type Settled = Pick<Operation, 'ending' | 'index' | 'error'>
/** Called once an operation has ended. */
export type Heard = (operation: Operation) => void

/** Those who ask members for something, and note what they were answered. */
export class Callers {
  private readonly heard = new Map<Operation, Heard>()

  constructor(
    private readonly around: Surroundings,
    private readonly checker: Checker,
    private readonly timeoutMs: number,
    private readonly slowestRate: number,
  ) {}

  append(at: TestMember, call: AppendCall = {}, heard?: Heard): Operation {
    const { session = this.newSession(), number = 1, timeoutMs = this.timeoutMs } = call
    const payload = call.payload ?? new TextEncoder().encode(`${session} ${number}`)
    const operation = this.begin('append', at, timeoutMs, `${session} ${number}`, heard)
    this.checker.ledger.rejected.delete(operation.id)
    return this.ask(at, operation, member =>
      member.waiting.append(session, number, payload, timeoutMs, {
        done: ({ index }) => this.settle(operation, { ending: 'done', index }),
        failed: error => this.settle(operation, { ending: error.outcome, error }),
      }),
    )
  }

  barrier(at: TestMember, timeoutMs = this.timeoutMs, heard?: Heard): Operation {
    const operation = this.begin('barrier', at, timeoutMs, '', heard)
    return this.ask(at, operation, member => member.waiting.barrier(timeoutMs, this.settling(operation)))
  }

  /** A read that the leader's lease is enough for, which promises what a barrier does. */
  lease(at: TestMember, timeoutMs = this.timeoutMs, heard?: Heard): Operation {
    const operation = this.begin('barrier', at, timeoutMs, '', heard)
    return this.ask(at, operation, member => member.waiting.lease(timeoutMs, this.settling(operation)))
  }

  /** A read that may be so stale; that it isn't staler is asserted when it is answered. */
  bounded(at: TestMember, staleness: Staleness, timeoutMs = this.timeoutMs): Operation {
    const since = this.around.clock.now() - staleness.ms / this.slowestRate
    const operation = this.begin('read', at, timeoutMs, '', ({ ending, by }) => {
      const applied = at.replica?.applied ?? 0
      const read = { by, since, maxEntries: staleness.entries, applied }
      if (ending === 'done') this.checker.note(boundedStaleness(this.checker.ledger, read))
    })
    return this.ask(at, operation, member => member.waiting.bounded(staleness, timeoutMs, this.settling(operation)))
  }

  /** A read that reflects an index. */
  reach(at: TestMember, index: number, timeoutMs = this.timeoutMs, heard?: Heard): Operation {
    const operation = this.begin('read', at, timeoutMs, '', heard)
    return this.ask(at, operation, member => member.waiting.reach(index, timeoutMs, this.settling(operation)))
  }

  change(at: TestMember, step: RosterStep, heard?: Heard): Operation {
    return this.reconfigure(at, { steps: [step] }, heard)
  }

  /** Asks for several steps at once. */
  reconfigure(at: TestMember, change: RosterChange, heard?: Heard, timeoutMs = this.timeoutMs): Operation {
    const operation = this.begin('change', at, timeoutMs, changeName(change), heard)
    return this.ask(at, operation, member => member.waiting.change(change, timeoutMs, this.settling(operation)))
  }

  /** A session that is made up now. */
  newSession(): string {
    return this.sessionSince(this.checker.ledger.commit)
  }

  sessionSince(since: number): string {
    const digits = randomHex(this.around.random, DATED_DIGITS / 2)
    return datedSession(since, digits, LIMITS.sessionSpanEntries)
  }

  private settling(operation: Operation) {
    return {
      done: (index: number) => this.settle(operation, { ending: 'done', index }),
      failed: (error: KayakError) => this.settle(operation, { ending: error.outcome, error }),
    }
  }

  private begin(
    kind: Operation['kind'],
    { name }: TestMember,
    timeoutMs: number,
    id: string,
    heard?: Heard,
  ): Operation {
    const { ledger } = this.checker
    const { acknowledged, read, operations, asked } = ledger
    const invokedAt = this.around.clock.now()
    const first = !asked.has(id)
    asked.set(id, (asked.get(id) ?? 0) + 1)
    const deadline = invokedAt + timeoutMs / this.slowestRate
    const operation = { kind, by: name, invokedAt, deadline, id, first, acknowledged, read }
    operations.push(operation)
    if (heard !== undefined) this.heard.set(operation, heard)
    return operation
  }

  /** Asks a member that runs; another one can't be asked. */
  private ask(at: TestMember, operation: Operation, call: (member: NonNullable<TestMember['member']>) => Waiting) {
    if (at.member === undefined) this.settle(operation, { ending: 'rejected' })
    else call(at.member)
    return operation
  }

  private settle(operation: Operation, settled: Settled): void {
    const { ledger } = this.checker
    Object.assign(operation, settled, { settledAt: this.around.clock.now() })
    const { kind, ending, index = 0, id } = operation
    if (kind === 'append' && ending === 'rejected' && ledger.asked.get(id) === 1) ledger.rejected.add(id)
    this.checker.settled(operation)
    if (kind === 'append' && ending === 'done') ledger.acknowledge(index, this.around.clock.now())
    if (kind === 'barrier' && ending === 'done') ledger.read = Math.max(ledger.read, index)
    this.heard.get(operation)?.(operation)
    this.heard.delete(operation)
  }
}
