import type { Load } from './closed-loop'
import type { BenchOptions } from './options'

/**
 * V8 compiles what is called often: three members on two cores were seen to become quicker for ten seconds. What is hot is
 * another where calls come one by one.
 */
const LOADS = [
  { inFlight: 64, share: 0.75 },
  { inFlight: 1, share: 0.25 },
]

/** Has a system take appends for a while before it is measured, as one that has run for long has. */
export async function warmUp(
  { warmUpMs }: Pick<BenchOptions, 'warmUpMs'>,
  append: (load: Load & { readonly bytes: number }) => Promise<unknown>,
): Promise<void> {
  for (const { inFlight, share } of LOADS) await append({ inFlight, bytes: 1024, warmMs: 0, ms: share * warmUpMs })
}
