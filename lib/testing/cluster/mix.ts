/** Folds a number into a digest of 32 bits. */
export function mix(digest: number, value: number): number {
  let h = (digest ^ (value | 0) ^ Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return (h ^ (h >>> 15)) >>> 0
}

export function mixText(digest: number, text: string): number {
  let h = digest
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h, text.length)
}
