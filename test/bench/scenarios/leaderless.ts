import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Cluster } from '../cluster'
import { percentile } from '../figures'
import type { Leaderless } from '../report'
import { round } from '../text'

const KILLS = 100
const WITHIN = 2
/** Its own default; when it has to be quick, one that elects often. */
const ELECTION_TIMEOUT_MS = 1000
const QUICK = { kills: 2, electionTimeoutMs: 250 }
/** What each leader gets done. */
const APPENDS = { count: 50, inFlight: 4, bytes: 1024 }

/** Kills the leader, and gives the milliseconds until another one leads and the milliseconds until it takes appends. */
async function killOnce(cluster: Cluster) {
  const { leader, followers } = await cluster.parts()
  await leader.ask('fill', APPENDS)
  const { term } = await leader.ask('view', undefined)
  const led = Promise.race(followers.map(member => member.ask('led', { afterTerm: term })))
  const begun = performance.now()
  await leader.kill()
  await led
  const leaderlessMs = performance.now() - begun
  await followers[0]?.ask('fill', { count: 1, inFlight: 1, bytes: 1024 })
  const uselessMs = performance.now() - begun
  await leader.restart()
  await leader.ask('caughtUp', undefined)
  return { leaderlessMs, uselessMs }
}

async function measure(bench: Bench, storage: string): Promise<Leaderless> {
  const { isQuick } = bench.options
  const { kills, electionTimeoutMs } = isQuick ? QUICK : { kills: KILLS, electionTimeoutMs: ELECTION_TIMEOUT_MS }
  const unitMs = 2 * electionTimeoutMs
  const times = await onCluster(bench, { storage, options: { electionTimeoutMs } }, cluster =>
    eachInTurn(Array.from({ length: kills }), () => killOnce(cluster)),
  )
  const units = times.map(({ leaderlessMs }) => leaderlessMs / unitMs)
  const until = times.map(({ uselessMs }) => uselessMs / unitMs)
  return {
    ...{ storage, kills, electionTimeoutMs },
    ...{ p50: percentile(units, 0.5), p90: percentile(units, 0.9), p99: percentile(units, 0.99) },
    ...{ most: Math.max(...units), within2: units.filter(unit => unit <= WITHIN).length / kills },
    appendP99: percentile(until, 0.99),
  }
}

/** How long three members are without a leader once theirs was killed, in maximal election timeouts (2T). */
export const leaderless: Scenario = {
  names: ['leaderless'],
  run: async bench => ({
    leaderless: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      const { kills, electionTimeoutMs, p50, p99, most, within2 } = told
      bench.say(
        `${storage}: without a leader after ${kills} kills, in 2T (T = ${electionTimeoutMs} ms): ` +
          `p50 ${round(p50)}, p99 ${round(p99)}, most ${round(most)}; within 2: ${Math.round(100 * within2)} %`,
      )
      return told
    }),
  }),
}
