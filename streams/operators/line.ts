import {
  from,
  Observable,
  Subject,
  takeUntil,
  type ObservableInput,
  type OperatorFunction,
  type Subscriber,
} from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import { BOUNDLESS, Demand, demandOf, scoped, within } from './demand.js'
import { Queue } from './queue.js'
import { tied } from './tied.js'

/** How many bytes may be in line. */
export interface LineBytes<T> {
  /** How many an item has; what is more than `enough` need not be exact. */
  readonly measure: (item: T, enough: number) => number
  /** As `most`. One item may wait whatever it has. */
  readonly most: number
}

/** What is counted of an item as long as it is in line. */
interface Load {
  readonly weight: number
  readonly bytes: number
  /** What the source is made to wait by. */
  readonly demand: number
}

/** How what waits in line is handled. Weights are bytes, or 1 for what is counted. */
export interface Handling<T, R> {
  /**
   * Handles what is next. What it emits goes on, and the next have their turn when it completes; at once if it gives
   * nothing, having emitted what there is.
   */
  readonly handle: (items: readonly T[], emit: (value: R) => void) => ObservableInput<R> | undefined
  /** What is left to do when all have had their turn. */
  readonly flush?: () => ObservableInput<R>
  /** Default: 1 each. */
  readonly weigh?: (item: T) => number
  /** How many are handled at once, if so many wait. Default 1. */
  readonly together?: number
  /** How much may be in line before the source is made to wait. */
  readonly ahead: number
  /** How much may be in line at all, where the source can't wait: more is `KAYAK_OVERLOADED`. */
  readonly most: number
  /** What else bounds the line, where weights are counts. */
  readonly bytes?: LineBytes<T>
  /** Whether `handle` is made to wait for what comes after it in the pipe. Default true. */
  readonly isPaced?: boolean
}

/** Of what counts as one and has no bytes. */
const ONE: Load = { weight: 1, bytes: 0, demand: 1 }

const sumOf = (a: Load, b: Load): Load => ({
  weight: a.weight + b.weight,
  bytes: a.bytes + b.bytes,
  demand: a.demand + b.demand,
})

function checked(bytes: number): number {
  if (Number.isFinite(bytes) && bytes >= 0) return bytes
  throw new KayakError('KAYAK_INVALID', `measure gives bytes, from 0, not ${bytes}.`)
}

const overloaded = (what: string, orElse: string): KayakError =>
  new KayakError(
    'KAYAK_OVERLOADED',
    `${what}, and the source of the pipe doesn't wait. Use one that does, as fromIndex, handle faster${orElse}.`,
  )

const tooManyBytes = (most: number): KayakError =>
  overloaded(`More than ${most} bytes of values wait in line here`, ', or raise maxWaitingBytes')

/** One subscription: what waits, what is being handled, and how the source is told. */
class Line<T, R> {
  private readonly queue = new Queue<T>()
  private readonly loads = new Queue<Load>()
  private readonly down = demandOf()
  private readonly up: Demand
  /** How much is in line, with what is being handled. */
  private weight = 0
  private bytes = 0
  private isBusy = false
  private isRunning = false
  private hasEnded = false
  private forget: (() => void) | undefined
  private readonly gone = new Subject<void>()
  private readonly emit = (value: R): void => scoped(this.down, () => this.out.next(value))

  constructor(
    private readonly out: Subscriber<R>,
    private readonly how: Handling<T, R>,
  ) {
    this.up = new Demand(how.ahead)
  }

  follow(source$: Observable<T>): void {
    this.out.add(() => this.gone.next())
    tied(within(this.up, source$), this.out).subscribe({
      next: item => this.come(item),
      error: (error: unknown) => this.out.error(error),
      complete: () => {
        this.hasEnded = true
        this.run()
      },
    })
    // last, when the source has been let go of: one that others share goes on
    this.out.add(() => this.leave())
  }

  private come(item: T): void {
    try {
      this.queueUp(item, this.load(item))
    } catch (reason) {
      return this.out.error(reason)
    }
    this.run()
  }

  private queueUp(item: T, load: Load): void {
    const { most, bytes } = this.how
    this.weight += load.weight
    this.bytes += load.bytes
    if (this.weight > most && (this.isBusy || this.queue.length > 0)) throw this.overloaded()
    if (bytes !== undefined && this.bytes > bytes.most && this.queue.length > 0) throw tooManyBytes(bytes.most)
    this.up.hold(load.demand)
    this.queue.push(item)
    this.loads.push(load)
  }

  private leave(): void {
    this.forget?.()
    this.queue.clear()
    this.loads.clear()
    this.up.end()
  }

  private load(item: T): Load {
    const weight = this.how.weigh?.(item) ?? 1
    const { ahead, bytes } = this.how
    if (bytes === undefined) return { weight, bytes: 0, demand: weight }
    const measured = checked(bytes.measure(item, bytes.most))
    if (measured === 0) return ONE
    // a source that waits does so at half of the bytes that may be in line, so that what comes next fits as well
    return { weight, bytes: measured, demand: Math.max(weight, Math.ceil((2 * ahead * measured) / bytes.most)) }
  }

  /** A loop, so that what is handled at once, or comes while something is handled, takes no stack. */
  private run(): void {
    if (this.isRunning) return
    this.isRunning = true
    while (!this.out.closed && !this.isBusy) {
      if (this.queue.length === 0) {
        if (this.hasEnded) this.finish()
        break
      }
      if (!this.down.isOpen) {
        this.wait()
        break
      }
      this.handle()
    }
    this.isRunning = false
  }

  private wait(): void {
    this.forget ??= this.down.whenOpen(() => {
      this.forget = undefined
      this.run()
    })
  }

  private handle(): void {
    const items = this.queue.take(this.how.together ?? 1)
    const load = this.loads.take(items.length).reduce(sumOf)
    this.work(
      () => this.how.handle(items, this.emit),
      () => {
        this.weight -= load.weight
        this.bytes -= load.bytes
        this.refill(load.demand)
        this.run()
      },
    )
  }

  /** Lets the source go on, and all come that it has, before the next is handled. */
  private refill(demand: number): void {
    const isRunning = this.isRunning
    this.isRunning = true
    this.up.release(demand)
    this.isRunning = isRunning
  }

  private finish(): void {
    this.work(
      () => this.how.flush?.(),
      () => this.out.complete(),
    )
  }

  private overloaded(): KayakError {
    const { most, weigh } = this.how
    return weigh === undefined
      ? overloaded(`More than ${most} values wait in line here`, ', or raise maxWaiting')
      : overloaded(`More than ${most} bytes wait in line here`, '')
  }

  private work(begin: () => ObservableInput<R> | undefined, done: () => void): void {
    this.isBusy = true
    const end = (): void => {
      if (this.out.closed) return
      this.isBusy = false
      done()
    }
    const error = (reason: unknown): void => this.out.error(reason)
    scoped((this.how.isPaced ?? true) ? this.down : BOUNDLESS, () => {
      try {
        const work = begin()
        if (work === undefined) return end()
        from(work).pipe(takeUntil(this.gone)).subscribe({ next: this.emit, error, complete: end })
      } catch (reason) {
        error(reason)
      }
    })
  }
}

/**
 * Handles what comes one after the other, and lets the source wait meanwhile, if it can: `fromIndex`, `toRows`, a
 * snapshot's `chunks$`, and whatever operators of RxJS lie between, as long as they pass on what they get at once.
 */
export const inLine =
  <T, R>(how: Handling<T, R>): OperatorFunction<T, R> =>
  source$ =>
    new Observable(subscriber => new Line(subscriber, how).follow(source$))
