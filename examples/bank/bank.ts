import { commands, isKayakError, machine, reply, type CommandOf, type Host, type Machine } from 'kayak'
import { everyEntries, PersistentMap } from 'kayak/streams'
import { z } from 'zod'
import type { Pipeline } from './pipeline.js'

const account = z.string().min(1).max(100)
const cents = z.number().int().positive().max(1e12)
const id = z.string().min(1).max(100)

export const codec = commands({
  deposit: z.object({ id, to: account, cents }),
  transfer: z.object({ id, from: account, to: account, cents }),
})
export type Command = CommandOf<typeof codec>

/** What has become of an order. It is in the bank's books, and so whoever asks again is told the same. */
export type Receipt = 'done' | 'not enough'

export interface Bank {
  readonly balances: PersistentMap<string, number>
  readonly receipts: PersistentMap<string, Receipt>
}
export type BankMachine = Machine<Bank, Command, Receipt>

const initial: Bank = { balances: PersistentMap.empty(), receipts: PersistentMap.empty() }

const moved = (balances: Bank['balances'], name: string, cents: number): Bank['balances'] =>
  balances.set(name, (balances.get(name) ?? 0) + cents)

export function apply({ balances, receipts }: Bank, command: Command) {
  const { id, to, cents } = command
  const given = receipts.get(id)
  // kayak forgets names in time, the books don't
  if (given !== undefined) return reply<Bank, Receipt>({ balances, receipts }, given)
  const answer = (next: Bank['balances'], receipt: Receipt) =>
    reply<Bank, Receipt>({ balances: next, receipts: receipts.set(id, receipt) }, receipt)
  if (command.type === 'deposit') return answer(moved(balances, to, cents), 'done')
  if ((balances.get(command.from) ?? 0) < cents) return answer(balances, 'not enough')
  return answer(moved(moved(balances, command.from, -cents), to, cents), 'done')
}

/** On a member; compacted by a pipeline of one's own. */
export const bankOn = (host: Host<Command>, { snapshot, restore }: Pipeline<Bank>): BankMachine =>
  machine(host, { name: 'bank', initial, apply, snapshot, restore, compact: everyEntries(50) })

/**
 * Gives an order, exactly once, however often it is given: kayak appends what has the same name once. Who isn't the first
 * to ask, or gets no answer, looks into the books.
 */
export async function order(bank: BankMachine, command: Command): Promise<Receipt> {
  try {
    return await bank.propose(command, { id: command.id })
  } catch (error) {
    if (!isKayakError(error) || error.outcome !== 'unknown') throw error
    const receipt = await bank.read(({ receipts }) => receipts.get(command.id))
    if (receipt !== undefined) return receipt
    // a name that kayak can't tell from a forgotten one, and that the books don't have
    if (error.code === 'KAYAK_SESSION_EXPIRED') return bank.propose(command)
    throw error
  }
}
