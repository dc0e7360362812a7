import { defer, filter, firstValueFrom, repeat, timeout } from 'rxjs'
import type { Service } from './service.js'

/** The status of an answer; 0 where there is none. */
export const statusOf = (url: string, method = 'GET'): Promise<number> =>
  fetch(url, { method }).then(
    ({ status }) => status,
    () => 0,
  )

/** Resolves once a service says that it is ready. */
export const isReady = ({ url }: Service): Promise<unknown> => {
  const status$ = defer(() => statusOf(`${url}/ready`)).pipe(repeat({ delay: 20 }))
  return firstValueFrom(
    status$.pipe(
      filter(status => status === 200),
      timeout(30_000),
    ),
  )
}

/** Sends each request to the next of the services that were ready when it last looked. */
export class Balancer {
  private ready: readonly Service[] = []
  private turn = 0
  private readonly underWay = new Map<Service, Set<Promise<number>>>()

  constructor(
    readonly services: readonly Service[],
    private readonly signal: AbortSignal,
  ) {}

  /** Asks all services, as it does every now and then. */
  async look(): Promise<void> {
    const answers = await Promise.all(this.services.map(({ url }) => statusOf(`${url}/ready`)))
    this.ready = this.services.filter((_, at) => answers[at] === 200)
  }

  /** Resolves once it sends nothing to a service any more, and all that it has sent there is answered. */
  async drained(service: Service): Promise<void> {
    do await this.look()
    while (this.ready.includes(service) && !this.signal.aborted)
    await Promise.all([...(this.underWay.get(service) ?? [])])
  }

  /** Posts, and gives the status of the answer. While no service is ready it waits. */
  async post(path: string): Promise<number> {
    while (this.ready.length === 0 && !this.signal.aborted) await this.look()
    const service = this.ready[this.turn++ % this.ready.length]
    if (service === undefined) return 0
    const request = statusOf(service.url + path, 'POST')
    const requests = this.underWay.get(service) ?? new Set()
    this.underWay.set(service, requests.add(request))
    const status = await request
    requests.delete(request)
    return status
  }
}
