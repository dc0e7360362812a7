import { filter, firstValueFrom } from 'rxjs'
import { checkSteps } from '../../streams/contracts/change-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { ChangeOptions, Member as PublicMember, PublicRoster } from '../../streams/contracts/host.js'
import { VERSIONS, versionsText } from '../../streams/contracts/protocol.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { changeName, type RosterStep } from '../../streams/rules/membership.js'
import type { Member } from '../member/member.js'
import { parsePeer } from './address.js'
import { bounded } from './bounded.js'
import { operation, type OperationContext } from './operation.js'

const ID = /^[0-9a-f]{32}$/

/** @throws {@link KayakError} `KAYAK_INVALID` for what can't be the id of a member. */
export function checkId(id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id
  throw new KayakError('KAYAK_INVALID', 'An id is 32 hexadecimal digits.')
}

function checkIndex(options: unknown): number | undefined {
  checkOptions(options)
  // an object, by the line before
  const { ifIndex } = options as ChangeOptions
  if (ifIndex === undefined || (Number.isSafeInteger(ifIndex) && ifIndex >= 0)) return ifIndex
  throw new KayakError('KAYAK_INVALID', 'ifIndex is the index of a roster.')
}

/** A leader would refuse it too, as something that no member would take. */
function checkVersion(steps: readonly RosterStep[]): void {
  const version = Math.max(...steps.map(step => (step.type === 'settle' ? (step.settings.version ?? 0) : 0)))
  if (version <= VERSIONS.newest) return
  throw new KayakError('KAYAK_VERSION', `This member speaks ${versionsText(VERSIONS)}, not ${String(version)}.`)
}

/** Members move to where others can dial them; one that runs is where it is, and only moves by being started elsewhere. */
function checkMoves(steps: readonly RosterStep[], self: PublicMember): void {
  for (const step of steps) {
    if (step.type !== 'move') continue
    const address = parsePeer(step.address)
    if (step.id === self.id && address !== self.address)
      throw new KayakError('KAYAK_ADDRESS_CHANGED', `This member is at ${self.address}.`)
  }
}

/** Changes the roster, and resolves with one that shows it once this member has that, by one deadline. */
export async function changeRoster(
  member: Member,
  context: OperationContext,
  steps: readonly RosterStep[],
  options: ChangeOptions,
): Promise<PublicRoster> {
  const { replica, views, waiting } = member
  const change = { steps: checkSteps(steps), ifIndex: checkIndex(options) }
  checkVersion(change.steps)
  checkMoves(change.steps, replica.self)
  if (change.steps.some(step => step.type === 'remove' && step.id === replica.self.id))
    throw new KayakError('KAYAK_INVALID', 'A member leaves by close(), not by a change of the roster.')
  const seen = bounded<PublicRoster>(member, `The change of the roster (${changeName(change)})`, context, options)
  const index = await operation<number>(context, options, (timeoutMs, settle) =>
    waiting.change(change, timeoutMs, settle),
  )
  const roster$ = views.select(({ roster }) => roster)
  return firstValueFrom(
    roster$.pipe(
      filter(roster => roster.index >= index),
      seen,
    ),
  )
}
