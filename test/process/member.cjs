// A member in a process of its own, of the built package or another one: does what its parent asks, and tells what it
// commits.
const launch = JSON.parse(process.argv[2])
const { isKayakError, join, start } = require(launch.kayak ?? 'kayak')
const { stateOf } = require('./state.cjs')

const tell = told => process.connected && process.send(told)

const failure = error => {
  const { code = 'ERROR', outcome, message = String(error) } = error
  return isKayakError(error) ? { code, outcome, message } : { code: 'ERROR', message: String(error.stack ?? error) }
}

/** Bytes by how many they are: the channel to the parent would make far more of them. */
const said = payload => (typeof payload === 'string' ? payload : `${payload.length} bytes`)

const read = async (host, to) => {
  const lines = []
  if (to === 0) return lines
  for await (const { index, payload } of host.log.entries(0)) {
    lines.push({ index, payload: said(payload) })
    if (index >= to) return lines
  }
  return lines
}

const dawdled = { count: 0 }

const answers = (host, events, seen, state) => ({
  append: async ({ payload, ...options }) => (await host.log.append(payload, options)).index,
  /** Whether a payload has been seen here, as of a read at a level, and what names all that it reflects. */
  query: ({ payload, level, ...options }) =>
    host.read(() => ({ has: seen.has(payload), token: host.token }), level, options),
  /** All that has committed up to a barrier, once this member has an entry of its own behind it. */
  read: async () => read(host, (await host.log.append('the end')).index),
  barrier: () => host.sync.barrier({ timeoutMs: 30_000 }),
  view: () => ({
    role: host.role,
    term: host.term,
    leader: host.leader,
    roster: host.roster,
    committed: host.log.committed,
  }),
  /** In which version it talks to each of the others, whom it has refused, and what only a pretended next version counts. */
  versions: () => ({
    peers: Object.fromEntries(events.flatMap(({ type, id, version }) => (type === 'peer-up' ? [[id, version]] : []))),
    refused: events.flatMap(({ type, code, reason }) => (type === 'peer-refused' ? [`${code}: ${reason}`] : [])),
    batches: globalThis.batchesOfTheNextVersion ?? 0,
  }),
  /** Appends so many under ids of their own without `since`, a thousand at a time. */
  names: async ({ count }) => {
    for (let at = 0; at < count; at += 1000) {
      const some = Array.from({ length: Math.min(1000, count - at) }, (_, offset) => `name ${at + offset}`)
      await Promise.all(some.map(id => host.log.append(id, { id, timeoutMs: 60_000 })))
    }
  },
  /** Appends so many of so many bytes at once, and counts how each has ended. */
  burst: async ({ count, bytes, timeoutMs }) => {
    const ends = {}
    const append = async () => {
      try {
        await host.log.append(new Uint8Array(bytes), { timeoutMs })
        return 'done'
      } catch (error) {
        return failure(error).code
      }
    }
    for (const end of await Promise.all(Array.from({ length: count }, append))) ends[end] = (ends[end] ?? 0) + 1
    return { ends, budgets: events.flatMap(({ type, budget }) => (type === 'over-budget' ? [budget] : [])) }
  },
  /** Begins to consume all that there is, a second an entry. */
  dawdle: () => {
    const consume = async () => {
      for await (const _ of host.log.entries(0)) {
        await new Promise(resolve => setTimeout(resolve, 1000))
        dawdled.count++
      }
    }
    void consume()
  },
  dawdled: () => dawdled.count,
  remove: ({ id, ...options }) => host.remove(id, options),
  change: ({ steps, ...options }) => host.changeRoster(steps, options),
  transfer: ({ to, ...options }) => host.transferLeadership(to, options),
  /** What its state is, as of a linearizable read. */
  state: () => state.read(({ pad: _, ...told }) => told, 'linearizable', { timeoutMs: 30_000 }),
  /** Replaces the log by a snapshot of all that has been applied, of so many bytes at least. */
  compact: ({ bytes }) => state.compact(bytes),
  /** Where its log begins, as one who reads it from its beginning is told. */
  cut: async () => {
    try {
      for await (const { index } of host.log.entries(0)) return index
    } catch (error) {
      if (error.code === 'KAYAK_COMPACTED') return error.snapshotIndex + 1
      throw error
    }
    return 0
  },
  close: () => host.close(),
  stop: () => host.stop(),
})

/** What a folder is kept by, where that isn't left to the host. Its segments are small, so that they are used again. */
const plugin = name => require(launch.kayak ?? `kayak/plugins/${name}`)
const storageIn = {
  nedb: dataDir => plugin('storage-nedb').nedbStorage({ dataDir }),
  segments: dataDir => plugin('storage-segments').segmentStorage({ dataDir, segmentBytes: 64 * 1024 }),
}

/** What clients may do who show one of these tokens. */
const letIn = (clients, tokens) => ({ ...clients, authorize: async token => tokens[token] ?? false })

async function main({ address, dataDir, peers, storage, options: { tokens, compactEntries, ...options } }) {
  if (tokens !== undefined) options.clients = letIn(options.clients, tokens)
  const all = { dataDir, ...(storage !== undefined && { storage: storageIn[storage](dataDir) }), ...options }
  const host = peers === undefined ? await start(address, all) : await join(address, peers, all)
  const events = []
  host.events$.subscribe(event => {
    events.push(event)
    tell({ event })
  })
  host.compaction$.subscribe(compaction => tell({ compaction }))
  const seen = new Set()
  const known = answers(host, events, seen, compactEntries === undefined ? undefined : stateOf(host, compactEntries))
  host.committed$.subscribe(({ index, payload }) => {
    seen.add(payload)
    tell({ committed: { index, payload: said(payload) } })
  })
  process.on('message', async ({ id, ask, what }) => {
    try {
      tell({ id, value: await known[ask](what) })
    } catch (error) {
      tell({ id, error: failure(error) })
    }
    // without the channel nothing must be left that keeps the process running
    if (ask === 'close' || ask === 'stop') process.disconnect()
  })
  tell({ ready: host.self })
}

process.on('disconnect', () => process.exitCode ?? (process.exitCode = 0))
main(launch).catch(error => {
  tell({ failed: failure(error) })
  process.disconnect()
})
