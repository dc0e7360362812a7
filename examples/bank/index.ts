/** Accounts, of which views are projections; orders that are carried out once; snapshots by a pipeline of one's own. */
import { distinctUntilChanged, filter, firstValueFrom, map, scan, type Observable } from 'rxjs'
import { isKayakError, type Host } from 'kayak'
import { fromIndex, ofType } from 'kayak/streams'
import { claim, onStage, say, type Stage } from '../common/stage.js'
import { trio } from '../common/trio.js'
import { bankOn, codec, order, type Bank, type BankMachine, type Command } from './bank.js'
import { Keys, sealed } from './pipeline.js'

const CUSTOMERS = ['ann', 'bob', 'cleo', 'dan', 'eve']
const ORDERS = 100

const totalOf = ({ balances }: Bank): number => [...balances].reduce((sum, [, cents]) => sum + cents, 0)

/** A view of the state, shown when it changes. */
const richest$ = (bank: BankMachine): Observable<string> =>
  bank.state$.pipe(
    map(({ balances }) => [...balances].reduce((rich, next) => (next[1] > rich[1] ? next : rich), ['nobody', 0])[0]),
    distinctUntilChanged(),
  )

/** A view of the log itself: how many transfers it has, whatever has become of them. */
const transfers$ = (host: Host<Command>): Observable<number> =>
  fromIndex(host, 1).pipe(
    ofType('transfer'),
    scan(count => count + 1, 0),
  )

/** Orders, each given on two members at once, as by somebody who has lost patience. */
async function trade(banks: readonly BankMachine[]): Promise<number> {
  const pick = (): string => CUSTOMERS[Math.floor(Math.random() * CUSTOMERS.length)] ?? 'ann'
  const orders = Array.from({ length: ORDERS }, async (_, at) => {
    const command: Command = {
      type: 'transfer',
      id: `order ${at}`,
      from: pick(),
      to: pick(),
      cents: 1 + ((at * 7919) % 40_000),
    }
    const receipts = await Promise.all([0, 1].map(turn => order(banks[(at + turn) % banks.length] ?? none(), command)))
    return receipts[0] === receipts[1]
  })
  return (await Promise.all(orders)).filter(Boolean).length
}

const none = (): never => {
  throw new Error('There are three.')
}

/** When this bank has replaced its log by a snapshot. */
const compacted = (bank: BankMachine) =>
  firstValueFrom(bank.compaction$.pipe(filter(({ type }) => type === 'finished')))

async function openingDay(stage: Stage, keys: Keys): Promise<Bank> {
  await using cluster = await trio<Command>(stage, () => ({ codec }))
  const { hosts } = cluster
  const banks = hosts.map(host => bankOn(host, sealed(keys)))
  const [first = none()] = banks
  let [richest, transfers] = ['', 0]
  richest$(first).subscribe(name => (richest = name))
  transfers$(hosts[2]).subscribe(count => (transfers = count))

  for (const to of CUSTOMERS) await order(first, { type: 'deposit', id: `opening ${to}`, to, cents: 100_000 })
  const same = await trade(banks)
  const bank = await first.read(state => state)
  claim(`${2 * ORDERS} orders have come, two by two the same, and each has got one answer`, same === ORDERS)
  claim('money has moved, but none was made', totalOf(bank) === 100_000 * CUSTOMERS.length)
  await banks[2]?.ready()
  claim(`the log of another member has ${ORDERS} transfers`, transfers === ORDERS)
  say(`  the richest is ${richest}`)

  const { index, bytes } = await compacted(first)
  say(`a has written a snapshot of ${bytes} bytes at index ${index}, packed and encrypted`)
  const stranger = new Keys().rotate(keys.newest.id)
  const snapshot = await hosts[0].log.snapshot()
  const read = firstValueFrom(snapshot?.chunks$.pipe(sealed<Bank>(stranger).restore) ?? none())
  const code = await read.then(
    () => 'nothing',
    (error: unknown) => (isKayakError(error) ? error.code : String(error)),
  )
  claim(`with another key of that name it is ${code}`, code === 'KAYAK_UNREADABLE')
  return bank
}

async function nextDay(stage: Stage, keys: Keys, before: Bank): Promise<void> {
  await using cluster = await trio<Command>(stage, () => ({ codec }))
  const banks = cluster.hosts.map(host => bankOn(host, sealed(keys)))
  const [first = none()] = banks
  const bank = await first.read(state => state)
  claim(
    'after a restart every account is what it was',
    bank.balances.size === before.balances.size &&
      [...bank.balances].every(([name, cents]) => before.balances.get(name) === cents),
  )
  const receipt = await order(first, { type: 'transfer', id: 'order 0', from: 'ann', to: 'bob', cents: 1 })
  claim('an order of yesterday is not carried out again', receipt === before.receipts.get('order 0'))
  claim(
    'nor has it changed anything',
    (await first.read(state => state.balances.get('ann'))) === before.balances.get('ann'),
  )
}

async function play(stage: Stage): Promise<void> {
  const keys = new Keys().rotate('monday')
  const bank = await openingDay(stage, keys)
  say('all three are stopped, and start again with a new key; the old one is still needed for what is there')
  await nextDay(stage, keys.rotate('tuesday'), bank)
}

export const run = (args: readonly string[]): Promise<number> => onStage(args, play)
