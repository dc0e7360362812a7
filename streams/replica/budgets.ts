import { Subject, type Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.js'
import type { Budget, BudgetUnit } from '../contracts/budget.js'
import type { HostEventBody } from '../contracts/events.js'
import { LIMITS } from '../contracts/limits.js'

/** What has happened at a budget since it was last told of. */
interface Bound {
  readonly toldAt: number
  readonly count: number
}

/** Whom it is about, and in what it is counted where that isn't what the budget mostly is. */
export interface About {
  readonly member?: string | undefined
  readonly unit?: BudgetUnit
}

/** All others are of bytes. */
const COUNTED: ReadonlySet<Budget> = new Set<Budget>([
  'requests',
  'transfers',
  'members',
  'changes',
  'clients',
  'client-requests',
])

const unitOf = (budget: Budget): BudgetUnit => (COUNTED.has(budget) ? 'count' : 'bytes')

/**
 * Tells which budgets bind: at once when one begins to, then with how often it has meanwhile, and seldom: at a full
 * pipeline a message comes every millisecond.
 *
 * ```
 *  over    o-ooo-----o----------o
 *  told$   1---------4----------1     after 10 s, and after a pause at once
 * ```
 */
export class Budgets {
  private readonly bound = new Map<string, Bound>()
  private readonly told = new Subject<HostEventBody>()
  readonly told$: Observable<HostEventBody> = this.told.asObservable()

  constructor(private readonly clock: Clock) {}

  /** Something was refused, dropped or put off since so much was `used`, or would be. */
  over(budget: Budget, used: number, limit: number, { member, unit = unitOf(budget) }: About = {}): void {
    const key = `${budget} ${unit} ${member ?? ''}`
    const now = this.clock.now()
    const before = this.bound.get(key)
    const count = (before?.count ?? 0) + 1
    if (before !== undefined && now - before.toldAt < LIMITS.budgetNoticeMs) {
      this.bound.set(key, { ...before, count })
      return
    }
    // before it is told, as whoever hears it may do what is refused again
    this.bound.set(key, { toldAt: now, count: 0 })
    this.told.next({ type: 'over-budget', budget, used, limit, unit, member, count })
  }

  /** Whether something would be beyond its budget; if so, that is told. */
  exceeds(budget: Budget, used: number, limit: number): boolean {
    if (used > limit) this.over(budget, used, limit)
    return used > limit
  }

  complete(): void {
    this.told.complete()
  }
}
