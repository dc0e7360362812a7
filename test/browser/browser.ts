import { existsSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Certificate } from '../client/proxy'

/** What is used of playwright-core, whose own types want those of a browser. */
export interface Page {
  goto(url: string): Promise<unknown>
  evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>
  evaluate<R>(run: () => R | Promise<R>): Promise<R>
  close(): Promise<void>
}

interface Browser {
  newPage(): Promise<Page>
  close(): Promise<void>
}

interface Playwright {
  readonly chromium: { launch(options: { executablePath: string; args: readonly string[] }): Promise<Browser> }
}

const ROOT = join(__dirname, '..', '..')
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a browser is; where CI has none, the tests fail, and elsewhere they say that they were left out. */
export const executable = process.env['CHROMIUM'] ?? PLACES.find(existsSync)

/** The page's program as a bundler makes it of the package as it is built. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'page.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'page',
    alias: {
      'kayak/client': join(ROOT, 'dist', 'esm', 'lib', 'client', 'index.js'),
      'kayak/streams': join(ROOT, 'dist', 'esm', 'streams', 'operators', 'index.js'),
    },
  })
  return outputFiles[0]?.text ?? ''
}

/** A browser, and a site of its own that serves the page. */
export class Site {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    readonly origin: string,
  ) {}

  /** @param certificate - for one over HTTPS, which this browser takes from whomever. */
  static async open(certificate?: Certificate): Promise<Site> {
    if (executable === undefined) throw new Error('There is no chromium: apt-get install chromium.')
    const script = await bundled()
    const serve: RequestListener = ({ url }, response) => {
      const isScript = url === '/page.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? script : '<!doctype html><title>kayak</title><script src="/page.js"></script>')
    }
    const server = certificate === undefined ? createServer(serve) : createSecureServer(certificate, serve)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { chromium } = jest.requireActual<Playwright>('playwright-core')
    const args = ['--no-sandbox', ...(certificate === undefined ? [] : ['--ignore-certificate-errors'])]
    const browser = await chromium.launch({ executablePath: executable, args })
    // a server on TCP has an address with a port
    const { port } = server.address() as AddressInfo
    return new Site(server, browser, `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`)
  }

  /** A page of this site; `localhost` is another origin, of the same site otherwise. */
  async page(origin = this.origin): Promise<Page> {
    const page = await this.browser.newPage()
    await page.goto(origin)
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }
}
