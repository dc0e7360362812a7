import { Cluster, type Placing } from './cluster'
import type { MemberProcesses } from './member-processes'
import type { System } from './systems'

/** Three members of kayak on a storage. */
export const kayakSystem = (name: string, processes: MemberProcesses, placing: Placing): System => ({
  name,
  from: ['leader', 'follower'],
  async open() {
    const cluster = await Cluster.grow(processes, placing)
    return {
      async run(call, from, { bytes, ...load }) {
        const { leader, followers } = await cluster.parts()
        const caller = from === 'leader' ? leader : followers[0]
        if (caller === undefined) throw new Error('There is no follower.')
        return call === 'append' ? caller.ask('append', { ...load, bytes }) : caller.ask('barrier', load)
      },
      close: () => cluster.close(),
    }
  },
})
