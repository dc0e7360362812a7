import { once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import { isKayakError, type Host, type Machine } from 'kayak'
import { applyEach } from 'kayak/streams'
import { changes$, Gone } from './watch.js'
import type { Answer, Command, Store } from './store.js'

interface Route {
  Params: { key: string }
  Headers: { 'if-match'?: string; 'if-none-match'?: string; 'last-event-id'?: string }
  Querystring: { stale?: string; from?: string }
}

/** Versions go over HTTP as what they are there for: entity tags. */
const tagOf = (version: number): string => `"${version}"`

/** What a writer says to have read, if he does. */
function conditionOf({ 'if-match': match, 'if-none-match': none }: Route['Headers']): { ifVersion?: number } {
  if (none === '*') return { ifVersion: 0 }
  const version = /^"(\d+)"$/.exec(match ?? '')?.[1]
  return version === undefined ? {} : { ifVersion: Number(version) }
}

const STATUS: Readonly<Record<string, number>> = { KAYAK_INVALID: 400, KAYAK_PAYLOAD_TOO_LARGE: 413 }

/** A member's store over HTTP. Any member takes any request. */
export function serverOf(host: Host<Command>, store: Machine<Store, Command, Answer>): FastifyInstance {
  // event streams don't end by themselves
  const app = Fastify({ bodyLimit: 100_000, forceCloseConnections: true })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.setErrorHandler((error, _, response) => {
    if (!isKayakError(error)) return response.send(error)
    const { code, outcome, message } = error
    return response.status(STATUS[code] ?? 503).send({ code, outcome, message })
  })

  app.get<Route>('/keys/:key', async ({ params, query }, response) => {
    const level = query.stale === undefined ? 'linearizable' : 'stale'
    const found = await store.read(state => state.get(params.key), level)
    if (found === undefined) return response.status(404).send('not there\n')
    return response.header('etag', tagOf(found.version)).send(found.value)
  })

  app.put<Route>('/keys/:key', async ({ params, headers, body }, response) => {
    const command: Command = { type: 'put', key: params.key, value: String(body), ...conditionOf(headers) }
    const { isDone, version } = await store.propose(command)
    return response
      .status(isDone ? 200 : 412)
      .header('etag', tagOf(version))
      .send(isDone ? 'ok\n' : 'changed meanwhile\n')
  })

  app.delete<Route>('/keys/:key', async ({ params, headers }, response) => {
    const { isDone, version } = await store.propose({ type: 'delete', key: params.key, ...conditionOf(headers) })
    if (isDone) return response.header('etag', tagOf(version)).send('ok\n')
    return response
      .status(version === 0 ? 404 : 412)
      .header('etag', tagOf(version))
      .send('not deleted\n')
  })

  // server-sent events; a browser that reconnects says which was the last that it has got
  app.get<Route>('/watch', async ({ query, headers }, response) => {
    const last = headers['last-event-id']
    const from = last !== undefined ? Number(last) + 1 : Number(query.from ?? host.log.committed + 1)
    if (!Number.isSafeInteger(from) || from < 0) return response.status(400).send('from is a version\n')
    response.hijack()
    const { raw } = response
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders()
    const watching = changes$(host, from)
      .pipe(
        applyEach(({ version, ...change }) => {
          const isTaken = raw.write(`id: ${version}\ndata: ${JSON.stringify(change)}\n\n`)
          // who reads slowly makes the log wait, and no memory grow
          return isTaken ? undefined : once(raw, 'drain')
        }),
      )
      .subscribe({
        error: (error: unknown) =>
          raw.end(`event: ${error instanceof Gone ? 'gone' : 'error'}\ndata: ${String(error)}\n\n`),
        complete: () => raw.end(),
      })
    raw.on('close', () => watching.unsubscribe())
  })
  return app
}
