/** Where a host writes what it does; any structured logger fits. By default nothing is written. */
export interface Logger {
  /** Nothing of kayak's own so far. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Each of the host's events, but for `failed`, by its type, with its fields. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Nothing of kayak's own so far. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What has ended the host. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}
