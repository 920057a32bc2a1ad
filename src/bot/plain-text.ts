/* What every platform does to text before it shows it. */

/** Control characters become spaces; characters that reorder or hide text are dropped, halves of one replaced. */
export function clean(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
}

/** Caps by code point, so that no character is cut in half. */
export function cap(value: string, limit: number): string {
  const points = [...value]
  if (points.length <= limit) return value
  return limit > 0 ? `${points.slice(0, limit - 1).join('')}…` : ''
}
