import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { transformSync } from 'esbuild'
import { ROOT } from './pages'
import type { Program } from './programs'

/**
 * A loopback address of this process's own, so that nothing else has the ports that a program names. Only Linux has more
 * than one.
 */
const LOOPBACK =
  process.platform === 'linux' ? `127.77.${String((process.pid >> 8) & 255)}.${String(process.pid & 255)}` : '127.0.0.1'

/** The packages that a program imports. */
const packagesOf = (text: string): readonly string[] =>
  [...text.matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name = '']) => name)

/** A project in which a program finds kayak as it is built, and what else it imports. */
function project({ text }: Program): string {
  const folder = mkdtempSync(join(tmpdir(), 'kayak-run-'))
  for (const name of new Set(packagesOf(text))) {
    const at = join(folder, 'node_modules', name)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(name === 'kayak' ? ROOT : join(ROOT, 'node_modules', name), at)
  }
  const typescript = text.replaceAll('127.0.0.1', LOOPBACK)
  const { code } = transformSync(typescript, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  })
  writeFileSync(join(folder, 'program.mjs'), code)
  return folder
}

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program in a process and a folder of its own, with kayak as it was built. */
export async function runProgram(program: Program): Promise<Ran> {
  const folder = project(program)
  try {
    const child = spawn(process.execPath, ['program.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    const hangs = setTimeout(() => child.kill('SIGKILL'), 50_000)
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text))
    const status = await ended
    clearTimeout(hangs)
    return { status, stdout: said.stdout.replaceAll(LOOPBACK, '127.0.0.1'), stderr: said.stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
