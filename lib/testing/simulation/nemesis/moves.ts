import { EMPTY_ROSTER, findMember, isVoter, type Roster } from '../../../../streams/rules/roster.js'
import { isPlaced } from '../../cluster/is-placed.js'
import { rosterOnDisk } from '../../cluster/roster-on-disk.js'
import type { TestCluster } from '../../cluster/test-cluster.js'
import type { TestMember } from '../../cluster/test-member.js'
import type { PlannedFault } from '../plan.js'
import { die, pick } from './dice.js'
import type { Nemesis } from './nemesis.js'
import { crash } from './processes.js'
import type { Strike } from './strike.js'

/** How many addresses a member has in turn: few, so that it comes back to one that it had. */
const PLACES = 3
const FIRST_PORT = 7000

/** The next address of a member that keeps its name and changes its port. */
function elsewhere({ name, address }: TestMember): string {
  const at = Number(address.split(':')[1]) - FIRST_PORT
  return `${name}:${FIRST_PORT + ((at + 1) % PLACES)}`
}

/** Asks for what must be refused: nobody can be where the roster has another. */
function usurp(nemesis: Nemesis, { id }: TestMember, fault: PlannedFault): void {
  const { cluster } = nemesis
  const by = nemesis.running(die(fault, 1))
  const roster = by?.replica?.committedRoster ?? EMPTY_ROSTER
  const others = cluster.members.filter(other => findMember(roster, other.id)?.address === other.address)
  const other = pick(others, die(fault, 3))
  if (by !== undefined && other !== undefined) cluster.callers.change(by, { type: 'move', id, address: other.address })
}

/**
 * Moves a member, in the roster only, to where nobody is: it has to ask to be moved back, at times without having heard of
 * it. Not while another is elsewhere, since where nobody is to be found, nobody can be asked.
 */
function misplace(nemesis: Nemesis, member: TestMember, fault: PlannedFault): void {
  const { cluster } = nemesis
  const [leader] = cluster.leaders
  const address = elsewhere(member)
  if (leader === undefined || nemesis.isShort || cluster.at(address) !== undefined || !isPlaced(cluster)) return
  cluster.callers.change(leader, { type: 'move', id: member.id, address })
  if (die(fault, 1) < 0.5) crash(nemesis, member, fault)
}

/**
 * Whether somebody who is started elsewhere can still be found: of the others half run where the newest roster and its own
 * have them. A host may be told of others; here nobody is.
 */
function isFindable(member: TestMember, { members }: TestCluster): boolean {
  const onDisk = ({ disk }: TestMember): Roster => rosterOnDisk(disk.durable())
  const newest = members.map(onDisk).reduce((one, other) => (other.index > one.index ? other : one), EMPTY_ROSTER)
  const others = members.filter(({ id }) => id !== member.id && isVoter(newest, id))
  const rosters = [newest, onDisk(member)]
  const found = others.filter(({ id, address, end }) => {
    return end === undefined && rosters.every(roster => findMember(roster, id)?.address === address)
  })
  return 2 * found.length >= others.length
}

/** Stops a member, a leader at times, and starts it elsewhere, at times where nothing gets to for a while. */
const move: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  const [leader] = cluster.leaders
  const member = (die(fault, 1) < 1 / 3 ? leader : undefined) ?? nemesis.running(die(fault, 0))
  if (member === undefined) return
  if (die(fault, 2) < 0.1) return misplace(nemesis, member, fault)
  if (die(fault, 2) < 0.2) return usurp(nemesis, member, fault)
  if (die(fault, 2) < 0.6) member.stop()
  else member.crash()
  nemesis.later(1 + (fault.lastsMs * die(fault, 3)) / 2, () => {
    if (member.end === undefined || member.isLost) return
    if (isFindable(member, cluster)) cluster.move(member, elsewhere(member))
    if (die(fault, 1) > 2 / 3) cluster.network.isolate(member.address)
    nemesis.revive(member)
  })
  nemesis.later(fault.lastsMs, () => cluster.network.heal())
}

/** What happens to where members are. */
export const moves = { move } satisfies Record<string, Strike>
