/** Whether goldens are rewritten: only where that is asked for, and never where nobody reads the difference. */
export const isRewriting = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['UPDATE'] === '1' && (env['CI'] ?? '') === ''
