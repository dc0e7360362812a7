import { Refused, type MemberProcess, type View } from './process'

/** Three members, as a test begins with them. */
export type Three = readonly [MemberProcess, MemberProcess, MemberProcess]

export function three([a, b, c]: readonly MemberProcess[]): Three {
  if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
  return [a, b, c]
}

/** Asks for views until one is as it should be. */
export async function seen(member: MemberProcess, is: (view: View) => boolean): Promise<View> {
  for (;;) {
    const view = await member.ask('view', undefined)
    if (is(view)) return view
  }
}

/** Who leads, as it says itself. */
export async function leaderOf(members: readonly MemberProcess[]): Promise<MemberProcess> {
  if (members.length === 0) throw new Error('Nobody runs.')
  for (;;) for (const member of members) if ((await member.ask('view', undefined)).role === 'leader') return member
}

/** Who leads, and the two others. */
export async function rolesOf(members: readonly MemberProcess[]): Promise<Three> {
  const leader = await leaderOf(members)
  return three([leader, ...members.filter(member => member !== leader)])
}

/** What ends as it would, or with why it was refused. */
export const ending = <T>(promise: Promise<T>): Promise<T | Refused> =>
  promise.catch((error: unknown) => {
    if (error instanceof Refused) return error
    throw error
  })
