/** Which requests something applies to; what is left out matches all. */
export type Matcher = {
  readonly method?: string
  readonly table?: string
  readonly sysId?: string
  readonly path?: string
}

type Matched = {
  readonly method: string
  readonly table: string | null
  readonly sysId: string | null
  readonly path: string
}

/** Whether a request is meant. */
export function isMeant(matcher: Matcher, request: Matched): boolean {
  return (
    (matcher.method ?? request.method) === request.method &&
    (matcher.table ?? request.table) === request.table &&
    (matcher.sysId ?? request.sysId) === request.sysId &&
    (matcher.path ?? request.path) === request.path
  )
}
