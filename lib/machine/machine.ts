import type { MachineDefinition, Machine, MachineHost } from './definition.js'
import { checkDefinition } from './definition.js'
import { RunningMachine } from './running-machine.js'

/**
 * A replicated state machine on a host: it restores itself from the newest snapshot, folds the log into a state, answers
 * proposals and reads, and replaces the log by snapshots of the state.
 *
 * It begins at once, and goes on until it is stopped, its host stops, or it fails. `apply` failing at an entry fails the
 * machine on every member, and again when it is started: see `docs/machines.md`.
 *
 * @example
 * ```ts
 * const accounts = machine(host, {
 *   initial: PersistentMap.empty<string, number>(),
 *   apply: (balances, { to, amount }: Deposit) => {
 *     const balance = (balances.get(to) ?? 0) + amount
 *     return reply(balances.set(to, balance), balance)
 *   },
 *   compact: everyEntries(10_000),
 * })
 * const balance = await accounts.propose({ to: 'ann', amount: 7 })
 * const same = await accounts.read(balances => balances.get('ann'))
 * ```
 *
 * @param host - a host, or a client, which can't compact.
 * @throws {@link KayakError} `KAYAK_INVALID` at once for a definition that is none, or a name that the host has already.
 */
export function machine<State, Command, Result = undefined>(
  host: MachineHost<Command>,
  definition: MachineDefinition<State, Command, Result>,
): Machine<State, Command, Result> {
  checkDefinition(host, definition)
  return new RunningMachine(host, definition)
}
