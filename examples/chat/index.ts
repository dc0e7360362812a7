/**
 * A chat in the terminal. Each who takes part is a member of the cluster, in a process of its own; what commits is what
 * was said, in the same order for everybody.
 *
 *   npm run example chat                                              in a terminal: you begin, and are told what others type
 *   npm run example chat -- --name bob --join 127.0.0.1:40123         in another terminal
 *   npm run example chat < /dev/null                                  three processes that talk by themselves
 */
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { onStage } from '../common/stage.js'
import { takePart } from './person.js'
import { play } from './script.js'

const OPTIONS = {
  name: { type: 'string' },
  join: { type: 'string' },
  folder: { type: 'string' },
} as const

export const run = (args: readonly string[]): Promise<number> =>
  onStage(args, async stage => {
    const { values } = parseArgs({ args: [...stage.args], options: OPTIONS })
    const { name, join: peer, folder = join(stage.folder, 'member') } = values
    if (name === undefined && !process.stdin.isTTY) await play(stage)
    else await takePart(stage, { name: name ?? userInfo().username, peer, folder })
  })
