import { setTimeout as pause } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { isKayakError, join, start, type Host } from 'kayak'
import { codec, visitsOn, type Command } from './visits.js'

export interface Place {
  /** The member's folder. A service that is started there again goes on as the member that it was. */
  readonly dataDir: string
  /** A member that is there already; without one a cluster is founded, or gone on with. */
  readonly peer?: string
}

export interface Service {
  readonly place: Place
  readonly host: Host<Command>
  readonly url: string
  /**
   * Says that it isn't ready any more, and answers whoever comes all the same, until those who send requests have
   * noticed. Then it lets nobody in, answers those who are there, and stops the member.
   */
  shutDown(noticed?: Promise<unknown>): Promise<void>
}

/** Twice as long as a balancer takes to look again. */
const NOTICE_MS = 2000
/** Who takes longer to be up to date isn't ready. */
const READY_MS = 1000

/** Who hasn't been answered by then isn't. A connection on which nobody has said a word would hold it up for a minute. */
const GRACE_MS = 3000

async function closing(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), GRACE_MS)
  await app.close()
  clearTimeout(late)
}

/** A web service with a member of a cluster inside. */
export async function startService(place: Place): Promise<Service> {
  const { dataDir, peer } = place
  const options = { dataDir, codec }
  const host = await (peer === undefined ? start('127.0.0.1:0', options) : join('127.0.0.1:0', [peer], options))
  const visits = visitsOn(host)
  const app = Fastify()
  let isLeaving = false
  let closed: Promise<void> | undefined

  // live: the process does something. Who restarts processes asks for this, and a lost majority is no reason to
  app.get('/live', () => 'ok\n')

  // ready: all that is acknowledged anywhere is here, and so there is a leader, and a majority
  app.get('/ready', async (_, response) => {
    if (isLeaving) return response.status(503).send('is leaving\n')
    await visits.ready({ timeoutMs: READY_MS })
    return 'ok\n'
  })

  app.post<{ Params: { page: string } }>('/visits/:page', async ({ params }) => {
    return { count: await visits.propose({ type: 'visit', page: params.page }) }
  })

  app.get<{ Params: { page: string } }>('/visits/:page', async ({ params }) => {
    return { count: await visits.read(state => state.get(params.page) ?? 0) }
  })

  app.setErrorHandler((error, _, response) => {
    if (!isKayakError(error)) return response.send(error)
    // by `outcome` whoever has asked knows whether it may have happened all the same
    const { code, outcome, message } = error
    return response.status(code === 'KAYAK_INVALID' ? 400 : 503).send({ code, outcome, message })
  })

  // Fastify does this when the last request has been answered; a member that leads hands over before it stops
  app.addHook('onClose', () => host.stop())

  return {
    place,
    host,
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    shutDown: async (noticed = pause(NOTICE_MS)) => {
      isLeaving = true
      await noticed
      closed ??= closing(app)
      await closed
    },
  }
}
