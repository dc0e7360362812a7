import type { TestCluster } from './test-cluster.js'
import type { TestMember } from './test-member.js'

const both = ({ network }: TestCluster, a: TestMember, b: TestMember): void => {
  network.cut(a.address, b.address)
  network.cut(b.address, a.address)
}

/** Groups that don't reach each other. */
export const split = ({ network }: TestCluster, ...groups: readonly (readonly TestMember[])[]): void =>
  network.partition(groups.map(group => group.map(({ address }) => address)))

/** Two halves that only one member, the first, still reaches. */
export function bridge(cluster: TestCluster, members: readonly TestMember[] = cluster.members): void {
  const [, ...others] = members
  const left = others.slice(0, Math.ceil(others.length / 2))
  const right = others.slice(left.length)
  for (const a of left) for (const b of right) both(cluster, a, b)
}

/** Everyone reaches only the one before and the one after. */
export function ring(cluster: TestCluster, members: readonly TestMember[] = cluster.members): void {
  members.forEach((a, i) =>
    members.slice(i + 1).forEach((b, j) => {
      const distance = j + 1
      if (distance !== 1 && distance !== members.length - 1) both(cluster, a, b)
    }),
  )
}

/** What one member sends arrives nowhere, though it hears everyone. */
export const mute = ({ network, members }: TestCluster, member: TestMember): void =>
  members.forEach(other => other !== member && network.cut(member.address, other.address))

/** One member hears nobody, though everyone hears it. */
export const deafen = ({ network, members }: TestCluster, member: TestMember): void =>
  members.forEach(other => other !== member && network.cut(other.address, member.address))
