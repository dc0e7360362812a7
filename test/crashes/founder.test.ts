import { HANGS_MS, runBundled } from '../run-bundled'

test(
  'the founder may crash at any moment of any call, and nothing is lost',
  async () => {
    expect(Number(await runBundled('test/crashes/run.ts', 'founder'))).toBeGreaterThan(200)
  },
  HANGS_MS,
)
