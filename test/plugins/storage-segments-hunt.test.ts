import { huntedSegments } from '../mutations/storage/hunted-segments'
import { storageHunt } from '../mutations/storage/storage-hunt'

const { HUNT_SEED, HUNT_FROM = '1', HUNT_COUNT = '100' } = process.env
const from = Number(HUNT_FROM)
const seeds =
  HUNT_SEED === undefined ? Array.from({ length: Number(HUNT_COUNT) }, (_, at) => from + at) : [Number(HUNT_SEED)]

// that each protection is missed when it is taken out, `npm run test:mutations -- segments` shows
test('wherever the power goes or an operation fails, what was acknowledged is there', async () => {
  for (const seed of seeds) expect(await storageHunt(seed, huntedSegments)).toBeUndefined()
}, 300_000)
