/** A client of the store, which knows nothing but HTTP. */
export interface Told {
  readonly version: number
  readonly key: string
  readonly value?: string
}

export const put = (url: string, value: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(url, { method: 'PUT', body: value, headers: { 'content-type': 'text/plain', ...headers } })

/** The changes that a member tells of, from a version on, until somebody stops to read them. */
export async function* watch(url: string, from: number): AsyncGenerator<Told> {
  const { body } = await fetch(`${url}/watch?from=${from}`)
  if (body === null) throw new Error('There is nothing to read.')
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = (text + chunk).split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) yield parsed(event)
  }
}

function parsed(event: string): Told {
  const [, version, data] = /^id: (\d+)\ndata: (.*)$/.exec(event) ?? []
  if (version === undefined || data === undefined) throw new Error(event)
  // what server.ts writes
  return { version: Number(version), ...(JSON.parse(data) as Omit<Told, 'version'>) }
}

/** As many changes as that. */
export async function some(changes: AsyncGenerator<Told>, count: number): Promise<readonly Told[]> {
  const told: Told[] = []
  for await (const change of changes) if (told.push(change) === count) break
  return told
}
