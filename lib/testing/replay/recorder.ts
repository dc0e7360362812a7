import type { MemoryNetwork, Traffic } from '../../../plugins/transport-memory/index.js'
import type { Operation } from '../cluster/operations.js'
import type { TestCluster } from '../cluster/test-cluster.js'
import type { TestMember } from '../cluster/test-member.js'
import type { Call } from '../linearizability/history.js'
import type { PlannedFault } from '../simulation/plan.js'
import { describeMessage, recordOf, shortened } from './described.js'
import { MemberSight } from './member-sight.js'
import type { ClientEvent, Described, Observe, TraceEvent } from './trace-event.js'

/** Whose call, and which. */
export type CallName = Pick<ClientEvent, 'client' | 'call'>

/** Each kind of event without its moment, which the recorder adds. */
type Body = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, 'at' | 'step'> : never) : never

const asJson = (value: unknown): string => (value === undefined ? 'nothing' : shortened(JSON.stringify(value)))

/** Looks on while a cluster runs, and tells all that is worth seeing. It only reads: the run is the same without it. */
export class Recorder {
  private readonly begunAt: number
  private readonly sights = new Map<TestMember, MemberSight>()
  /** Changes of the roster that have been asked for and not answered. */
  private changes: readonly Operation[] = []
  private operations = 0
  private network: string
  private readonly usualFaults: string

  constructor(
    private readonly cluster: TestCluster,
    private readonly observe: Observe,
  ) {
    this.begunAt = cluster.clock.now()
    this.usualFaults = JSON.stringify(cluster.network.faults)
    this.network = `[]${this.usualFaults}`
    cluster.network.traffic$.subscribe(traffic => this.onTraffic(traffic))
  }

  /** After each event. */
  look(): void {
    const { members, checker } = this.cluster
    for (const member of members) this.sightOf(member).look()
    this.lookAtNetwork(this.cluster.network)
    for (const operation of checker.ledger.operations.slice(this.operations))
      if (operation.kind === 'change') this.change(operation)
    this.operations = checker.ledger.operations.length
    this.changes = this.changes.filter(change => !this.isAnswered(change))
  }

  /** Lets a fault strike, and tells whom it has hit. */
  strike(fault: PlannedFault, chosen: () => readonly TestMember[], strike: () => void): void {
    const { kind, id, lastsMs } = fault
    const cuts = this.cuts
    strike()
    const hit = this.cluster.members.filter(member => this.sightOf(member).isTouched).map(({ name }) => name)
    const cut = this.cuts.filter(([from, to]) => !cuts.some(([a, b]) => a === from && b === to)).flat()
    const members = [...new Set([...hit, ...cut, ...chosen().map(({ name }) => name)])].sort()
    this.tell({ type: 'fault', id, kind, lastsMs, members })
    this.look()
  }

  /** A machine has applied a command. */
  applied(machine: object, index: number, input: unknown, output: unknown): void {
    const member = this.cluster.members.find(other => other.machine === machine)?.name ?? '?'
    this.tell({ type: 'applied', member, index, input: asJson(input), output: asJson(output) })
  }

  /** A client asks a member, for the first time or again. */
  asks(attempt: CallName & { readonly attempt: number; readonly member: string }, input: unknown): void {
    this.tell({ type: 'asked', ...attempt, input: asJson(input) })
  }

  /** A client is answered by the member that it has asked. */
  hears(attempt: CallName & { readonly attempt: number }, { by, ending = 'lost', index, error }: Operation): void {
    const why = error === undefined ? {} : { error: shortened(error.message) }
    this.tell({ type: 'answered', ...attempt, member: by, ending, index, ...why })
  }

  /** A client has got what it will get. */
  settles(call: CallName, { outcome, output }: Pick<Call<unknown, unknown>, 'outcome' | 'output'>): void {
    this.tell({ type: 'settled', ...call, outcome, ...(output !== undefined && { output: asJson(output) }) })
  }

  end(failure: string | undefined): void {
    this.look()
    const named = failure?.replace(/\b[0-9a-f]{32}\b/g, this.nameOf)
    const [first = ''] = (named ?? '').split('\n', 1)
    const members = [...new Set(first.match(/\bm\d+\b/g))]
    const asked = [...first.matchAll(/"invokedAt":([\d.]+)/g)].map(([, at]) => Number(at) - this.begunAt)
    this.tell({ type: 'end', failure: named, members, asked })
  }

  private tell(body: Body): void {
    const moment = { at: this.cluster.clock.now() - this.begunAt, step: this.cluster.steps }
    this.observe({ ...moment, ...body })
  }

  private readonly nameOf = (id: string): string => this.cluster.members.find(other => other.id === id)?.name ?? id

  private sightOf(member: TestMember): MemberSight {
    const known = this.sights.get(member)
    if (known !== undefined) return known
    const { name } = member
    const sight = new MemberSight(member, this.nameOf, change => this.tell({ ...change, member: name }))
    this.sights.set(member, sight)
    return sight
  }

  private onTraffic({ type, from, to, message, number }: Traffic): void {
    const sender = this.cluster.at(from)
    // what it has written comes before what it says of it
    if (type === 'sent' && sender !== undefined) this.sightOf(sender).look()
    const names = { from: sender?.name ?? from, to: this.cluster.at(to)?.name ?? to }
    const between = { number, ...names }
    const described = (): Described => describeMessage(message, this.nameOf)
    if (type === 'sent') return this.tell({ type, ...between, message: described() })
    this.tell({ type: 'ended', fate: type, ...between, ...(type === 'injected' && { message: described() }) })
  }

  private get cuts(): readonly (readonly [string, string])[] {
    const { members, network } = this.cluster
    return members.flatMap(one =>
      members.flatMap(other => (network.isCut(one.address, other.address) ? [[one.name, other.name] as const] : [])),
    )
  }

  private lookAtNetwork({ faults }: MemoryNetwork): void {
    const { cuts } = this
    const network = `${JSON.stringify(cuts)}${JSON.stringify(faults)}`
    if (network === this.network) return
    this.network = network
    const isUsual = network === `[]${this.usualFaults}`
    this.tell({ type: 'network', cuts, faults: recordOf(faults, this.nameOf), isUsual })
  }

  private change(operation: Operation): void {
    const input = operation.id.split(' ').map(this.nameOf).join(' ')
    this.tell({ type: 'asked', ...this.owner(operation), attempt: 1, member: operation.by, input })
    this.changes = [...this.changes, operation]
  }

  private isAnswered(operation: Operation): boolean {
    if (operation.ending === undefined) return false
    const call = this.owner(operation)
    this.hears({ ...call, attempt: 1 }, operation)
    this.tell({ type: 'settled', ...call, outcome: operation.ending })
    return true
  }

  /** Who changes rosters is the owner of the cluster. */
  private owner({ invokedAt, id }: Operation): CallName {
    return { client: 'owner', call: `owner ${invokedAt - this.begunAt} ${id}` }
  }
}
