/** Tries one seed after another, up to so many, and tells the first that fails in one line of JSON. */
export async function huntSeeds(
  most: number,
  run: (seed: number) => string | undefined | Promise<string | undefined>,
): Promise<void> {
  const begun = performance.now()
  let found: { readonly seed: number; readonly failure: string } | undefined
  for (let seed = 1; seed <= most && found === undefined; seed++) {
    const failure = await run(seed)
    if (failure !== undefined) found = { seed, failure: failure.split('\n', 1)[0] ?? '' }
  }
  process.stdout.write(JSON.stringify({ ...found, ms: Math.round(performance.now() - begun) }))
}
