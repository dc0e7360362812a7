const utf8 = new TextEncoder()

const withoutBigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** About how many bytes a command takes: exact for strings and bytes, and of others what their JSON does. */
export function measured(command: unknown): number {
  if (command instanceof Uint8Array) return command.byteLength
  // undefined for what JSON has nothing for
  const text = typeof command === 'string' ? command : (JSON.stringify(command, withoutBigints) as string | undefined)
  return utf8.encode(text).byteLength
}
