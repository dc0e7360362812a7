import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '../../streams/contracts/storage'
import type { BuiltKayak } from './built-kayak'

/** The storages that are measured, by the plugin that makes them. */
const PLUGINS: Readonly<Record<string, string>> = {
  nedb: 'storage-nedb',
  segments: 'storage-segments',
}

/** Which of them a built package has. */
export const storagesOf = (root: string): readonly string[] =>
  Object.entries(PLUGINS).flatMap(([name, plugin]) =>
    existsSync(join(root, 'dist', 'plugins', plugin, 'index.js')) ? [name] : [],
  )

type Make = (options: { readonly dataDir: string }) => Storage

/** Makes a storage in a folder. */
export function makeStorage({ plugin }: BuiltKayak, name: string, dataDir: string): Storage {
  // a storage's plugin exports one function that makes it, whatever it is called
  const exported = Object.entries(plugin(PLUGINS[name] ?? name) as Readonly<Record<string, Make>>)
  const make = exported.find(([called]) => /^[a-z]\w*Storage$/.test(called))?.[1]
  if (make === undefined) throw new RangeError(`There is no storage ${name}.`)
  return make({ dataDir })
}
