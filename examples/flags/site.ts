import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import Fastify, { type FastifyInstance } from 'fastify'

/** Where the sources are, also when this runs as compiled JavaScript in `dist`. */
const HERE = join(dirname(require.resolve('kayak/package.json')), 'examples', 'flags')

/** `follow.ts` with all that it needs, as `flags.follow` of the page; any bundler does, as long as it knows decorators. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'follow.ts')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'flags',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  })
  return outputFiles[0]?.text ?? ''
}

/** Serves the page, its program, and the addresses of the members, to which the page connects by itself. */
export async function siteOf(members: () => readonly string[]): Promise<FastifyInstance> {
  const [html, script] = await Promise.all([readFile(join(HERE, 'page.html'), 'utf8'), bundled()])
  const app = Fastify({ forceCloseConnections: true })
  app.get('/', (_, response) => response.type('text/html').send(html))
  app.get('/follow.js', (_, response) => response.type('text/javascript').send(script))
  app.get('/members', () => members())
  return app
}
