import { commands, machine, reply, type CommandOf, type Host, type Machine } from 'kayak'
import { everyEntries, PersistentMap } from 'kayak/streams'
import { z } from 'zod'

export const codec = commands({ visit: z.object({ page: z.string().min(1).max(200) }) })
export type Command = CommandOf<typeof codec>

/** How often each page was visited. */
export type Visits = PersistentMap<string, number>
export type VisitMachine = Machine<Visits, Command, number>

export const visitsOn = (host: Host<Command>): VisitMachine =>
  machine(host, {
    name: 'visits',
    initial: PersistentMap.empty<string, number>(),
    apply: (visits: Visits, { page }: Command) => {
      const count = (visits.get(page) ?? 0) + 1
      return reply(visits.set(page, count), count)
    },
    compact: everyEntries(10_000),
  })
