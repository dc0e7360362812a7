import { Cluster, type Placing } from './cluster'
import type { System } from './systems'

/** Three members of kayak on a storage. */
export const kayakSystem = (name: string, placing: Omit<Placing, 'members'>): System => ({
  name,
  from: ['leader', 'follower'],
  async open(workshop) {
    const cluster = await Cluster.grow(workshop, { ...placing, members: 3 })
    return {
      async run(call, from, { bytes, ...load }) {
        const leader = await cluster.leader()
        const caller = from === 'leader' ? leader : cluster.members.find(member => member !== leader)
        if (caller === undefined) throw new Error('There is no follower.')
        return call === 'append' ? caller.ask('append', { ...load, bytes }) : caller.ask('barrier', load)
      },
      close: () => cluster.close(),
    }
  },
})
