import { HANGS_MS, runBundled } from '../run-bundled'

test(
  'whoever joins, leaves or takes in a snapshot may, too',
  async () => {
    expect(Number(await runBundled('test/crashes/run.ts', 'joiners'))).toBeGreaterThan(250)
  },
  HANGS_MS,
)
