/** Default of `sysparm_limit` (ServiceNow docs, Table API). */
const DEFAULT_LIMIT = 10_000

/** The window of a list: `limit` rows from `offset`, counted before rows are hidden. */
export type Window = { readonly limit: number; readonly offset: number }

/** Reads `sysparm_limit` and `sysparm_offset`; what is no whole number counts as not given. */
export function readWindow(params: URLSearchParams): Window {
  const whole = (name: string, otherwise: number) => {
    const text = params.get(name) ?? ''
    return /^\d+$/.test(text) ? Number(text) : otherwise
  }
  return { limit: whole('sysparm_limit', DEFAULT_LIMIT), offset: whole('sysparm_offset', 0) }
}

/**
 * The `Link` header: first, prev, next, last, joined by a comma without a space; `prev` only after the first page,
 * `next` only before the last; none if everything fits one page. Other parameters are echoed before the offset,
 * commas left as they are outside of the query (recorded responses of 2022 and 2023).
 * @param url the list's address on the instance, without parameters
 */
export function linkHeader(
  url: string,
  params: URLSearchParams,
  { limit, offset }: Window,
  total: number,
): string | undefined {
  if (limit === 0 || total <= limit) return undefined
  const echoed = [...params]
    .filter(([name]) => name !== 'sysparm_offset')
    .map(([name, value]) => {
      const encoded = encodeURIComponent(value)
      return `${name}=${name === 'sysparm_query' ? encoded : encoded.replaceAll('%2C', ',')}&`
    })
    .join('')
  const link = (rel: string, at: number) => `<${url}?${echoed}sysparm_offset=${at}>;rel="${rel}"`
  return [
    link('first', 0),
    ...(offset > 0 ? [link('prev', Math.max(0, offset - limit))] : []),
    ...(offset + limit < total ? [link('next', offset + limit)] : []),
    link('last', Math.floor((total - 1) / limit) * limit),
  ].join(',')
}
