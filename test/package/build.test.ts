import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

const root = resolve(__dirname, '..', '..')

describe('the build', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves nothing behind where it is ended by %s', async (signal, status) => {
    const build = spawn(process.execPath, [join(root, '.ci', 'build.js'), '--anew'], { cwd: root, stdio: 'ignore' })
    const ended = once(build, 'exit')
    const folder = join(root, 'node_modules', '.cache', `kayak-build-${String(build.pid)}`)
    while (!existsSync(folder) && build.exitCode === null) await setImmediate()
    build.kill(signal)
    expect(await ended).toEqual([status, null])
    expect(existsSync(folder)).toBe(false)
  })
})
