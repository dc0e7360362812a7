import { machine, reply, type Codec, type Host, type MachineDefinition } from 'kayak'
import { PersistentMap } from 'kayak/streams'
import type { World } from '../host/world.js'

export type Balances = PersistentMap<string, number>

export type Command =
  | { readonly type: 'deposit'; readonly to: string; readonly amount: number }
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'fail' }

export const codec: Codec<Command> = {
  encode: command => Buffer.from(JSON.stringify(command)),
  decode: bytes => JSON.parse(Buffer.from(bytes).toString()) as Command,
}

export const none: Balances = PersistentMap.empty()

export const deposit = (to: string, amount: number): Command => ({ type: 'deposit', to, amount })

/** A command that changes nothing and is large: of 20 of them a log is too long to be sent. */
export const LARGE: Command = { type: 'note', text: 'x'.repeat(1024 * 1024 - 64) }

/** Answers a deposit with the balance, and nothing else with anything. */
export function apply(balances: Balances, command: Command) {
  switch (command.type) {
    case 'deposit': {
      const balance = (balances.get(command.to) ?? 0) + command.amount
      return reply(balances.set(command.to, balance), balance)
    }
    case 'rename':
      return balances.delete(command.from).set(command.to, balances.get(command.from) ?? 0)
    case 'note':
      return balances
    case 'fail':
      throw new Error('a poisoned command')
  }
}

export type Accounts = MachineDefinition<Balances, Command, number>

export const accountsOf = (world: World, host: Host<Command>, more: Partial<Accounts> = {}) =>
  machine(host, { initial: none, apply, clock: world.clock, ...more })

export const plain = (balances: Balances): Record<string, number> => Object.fromEntries(balances)
