import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { segmentStorage } from '../../plugins/storage-segments/index.js'
import type { Storage } from '../../streams/contracts/storage.js'

const nedb = (dataDir: string): Storage => nedbStorage({ dataDir })
const segments = (dataDir: string): Storage => segmentStorage({ dataDir, segmentBytes: 8192 })

const pairs = [
  ['NeDB', 'segments', nedb, segments, 'state.db'],
  ['segments', 'NeDB', segments, nedb, 'state.kayak'],
] as const

test.each(pairs)('a folder of %s is no new one to the storage of %s', async (_own, _other, own, other) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kayak-others-'))
  const storage = own(dataDir)
  await first(storage.open())
  await done(storage.close())
  const files = await readdir(dataDir)
  await expect(first(other(dataDir).open())).rejects.toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
  const isData = (name: string): boolean => !name.startsWith('lock')
  expect((await readdir(dataDir)).filter(isData)).toEqual(files.filter(isData))
  await first(storage.open())
  await done(storage.close())
  await rm(dataDir, { recursive: true })
})

test.each(pairs)('a folder of %s whose state is lost is no new one to the storage of %s', async (...pair) => {
  const [, , own, other, state] = pair
  const dataDir = await mkdtemp(join(tmpdir(), 'kayak-others-'))
  const storage = own(dataDir)
  await first(storage.open())
  await done(storage.close())
  await rm(join(dataDir, state))
  await expect(first(other(dataDir).open())).rejects.toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
  await rm(dataDir, { recursive: true })
})
