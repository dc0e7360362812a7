import type { Observable } from 'rxjs'

/** What a stream has given so far, and how it has ended, if it has. */
export interface Seen<T> {
  readonly values: T[]
  end: 'complete' | 'error' | undefined
  error?: unknown
  stop(): void
}

export function see<T>(source$: Observable<T>): Seen<T> {
  const seen: Seen<T> = { values: [], end: undefined, stop: () => subscription.unsubscribe() }
  const subscription = source$.subscribe({
    next: value => void seen.values.push(value),
    error: (error: unknown) => Object.assign(seen, { end: 'error', error }),
    complete: () => (seen.end = 'complete'),
  })
  return seen
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const untext = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
