/** JSON for a label: its words, without what JSON puts around them. */
export const compact = (json: string): string =>
  json
    .replace(/"type":/g, '')
    .replace(/[{}"]/g, '')
    .replace(/[,:]/g, ' ')
