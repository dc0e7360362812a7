import { createHash, randomBytes } from 'node:crypto'
import { link, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { createServer, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KayakError } from '../../streams/contracts/errors.js'
import { hasCode } from './failures.js'

/*
 * A lock that dies with its process, needs no heartbeat and knows no process ids: a listening socket, which the kernel
 * refuses to connect to once its process is gone, however it went, and accepts while it lives, even if its event loop
 * stalls.
 *
 * On Windows it is a named pipe, which only one process can make. Elsewhere it is a Unix socket in the folder, so that
 * containers that share the folder exclude each other too (an abstract socket wouldn't: each network namespace has
 * its own). A socket's file stays when its process dies, and replacing it would be a race, so claims are numbered:
 *
 *   1. Listen under a name of one's own.
 *   2. Find the highest claim `lock-<n>`; if it can be connected to, the folder is locked.
 *   3. Link the socket as `lock-<n+1>`, which only one can, and which is listening from the first moment.
 *   4. If a higher claim is there by now, withdraw and begin again; else the folder is held.
 *
 * The highest claim is never removed, not even when it is released, so that a rival who looked long ago can't take its
 * number again and believe itself to be the highest.
 */
const CLAIM = /^lock-(\d{1,15})$/
const PRIVATE = /^lock\.[0-9a-f]{16}$/
/** What fits the address of a Unix socket everywhere, its final zero too. */
const LONGEST_ADDRESS = 100

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>
}

export const isLockName = (name: string): boolean => CLAIM.test(name) || PRIVATE.test(name)

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', reject)
    // A lock alone keeps no process running.
    server.listen(address, () => resolve(server.unref()))
  })
}

const closeServer = (server: Server): Promise<void> => new Promise(resolve => server.close(() => resolve()))

/** Whether somebody listens. What isn't certainly dead is alive: a full backlog refuses in other ways. */
function isAlive(address: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

const claims = async (folder: string): Promise<readonly number[]> =>
  (await readdir(folder)).flatMap(name => CLAIM.exec(name)?.[1] ?? []).map(Number)

const locked = (folder: string): KayakError => new KayakError('KAYAK_LOCKED', `${folder} is in use.`)

/** A claim that no other can follow: there never were so many. */
const impossible = (folder: string, file: string): KayakError =>
  new KayakError('KAYAK_CORRUPT', `${folder} has a file ${file} that is no lock.`, { file })

const remove = (path: string): Promise<void> => rm(path, { force: true })

/** Links the socket as the next claim; false if a rival was faster. */
const linked = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'EEXIST')) return false
      throw error
    },
  )

async function claim(folder: string, short: string, own: string): Promise<number> {
  for (;;) {
    const highest = Math.max(0, ...(await claims(folder)))
    if (highest > 0 && (await isAlive(join(short, `lock-${highest}`)))) throw locked(folder)
    const mine = highest + 1
    if (!CLAIM.test(`lock-${mine}`)) throw impossible(folder, `lock-${highest}`)
    if (!(await linked(join(folder, own), join(folder, `lock-${mine}`)))) continue
    if (Math.max(...(await claims(folder))) === mine) return mine
    await remove(join(folder, `lock-${mine}`))
  }
}

/** Removes lower claims, all of them dead, and own names that dead processes have left. */
async function tidy(folder: string, short: string, mine: number, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const number = CLAIM.exec(name)?.[1]
    if (number !== undefined && Number(number) < mine) await remove(join(folder, name))
    if (name !== own && PRIVATE.test(name) && !(await isAlive(join(short, name)))) await remove(join(folder, name))
  }
}

async function lockBySocket(folder: string, short: string): Promise<Lock> {
  const own = `lock.${randomBytes(8).toString('hex')}`
  const server = await listen(join(short, own))
  try {
    await tidy(folder, short, await claim(folder, short, own), own)
  } catch (error) {
    await closeServer(server)
    await remove(join(folder, own))
    // A rival that tidied up between our taking the name and listening has removed it: take another.
    if (hasCode(error, 'ENOENT')) return lockBySocket(folder, short)
    throw error
  }
  return {
    release: async () => {
      await closeServer(server)
      await remove(join(folder, own))
    },
  }
}

/** Gives work a path to the folder that is short enough for the address of a socket. */
async function throughShortPath(folder: string, work: (short: string) => Promise<Lock>): Promise<Lock> {
  if (Buffer.byteLength(join(folder, `lock.${'0'.repeat(16)}`)) <= LONGEST_ADDRESS) return work(folder)
  const temporary = await mkdtemp(join(tmpdir(), 'kayak-'))
  try {
    await symlink(folder, join(temporary, 'd'))
    return await work(join(temporary, 'd'))
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function lockByPipe(folder: string): Promise<Lock> {
  const name = createHash('sha256').update(folder.toLowerCase()).digest('hex')
  try {
    const server = await listen(`\\\\.\\pipe\\kayak-${name}`)
    return { release: () => closeServer(server) }
  } catch (error) {
    throw hasCode(error, 'EADDRINUSE') ? locked(folder) : error
  }
}

/**
 * Locks a folder against other processes and against this one.
 *
 * @throws {@link KayakError} `KAYAK_LOCKED` if it is held.
 */
export async function lockFolder(path: string): Promise<Lock> {
  const folder = await realpath(path)
  if (process.platform === 'win32') return lockByPipe(folder)
  return throughShortPath(folder, short => lockBySocket(folder, short))
}
