import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Certificate } from '../client/proxy'

const NEW = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '1']
const FOR_LOOPBACK = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']

/** A certificate of this test's own for loopback, and where it lies for those who are to trust it. */
export async function makeCertificate(): Promise<Certificate & { readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kayak-tls-'))
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await promisify(execFile)('openssl', [...NEW, ...FOR_LOOPBACK, '-keyout', key, '-out', path])
  return {
    key: await readFile(key, 'utf8'),
    cert: await readFile(path, 'utf8'),
    path,
    remove: () => rm(folder, { recursive: true }),
  }
}
