import type { Action, Facts, Operation } from './candidate.ts'
import type { SysId } from './ids.ts'
import type { Change } from './note.ts'

/** The exact requests that reclaim an account; stored with the candidate and sent as stored. */
export function operationsFor(action: Action, account: SysId): Operation[] {
  switch (action) {
    case 'delete-account':
      return [{ method: 'DELETE', table: 'sys_user', sysId: account, body: null }]
  }
}

/** A request as it is sent: method and path. */
export const requestLine = ({ method, table, sysId }: Operation): string =>
  `${method} /api/now/v2/table/${table}/${sysId}`

/** Whether what would be done now is what was proposed. */
export function sameOperations(a: readonly Operation[], b: readonly Operation[]): boolean {
  return JSON.stringify(a.map(parts)) === JSON.stringify(b.map(parts))
}
const parts = (o: Operation) => [o.method, o.table, o.sysId, o.body]

/** Fields whose values every reader of the channel may see; of the others only that they changed. */
const SHOWABLE: readonly (keyof Facts)[] = ['lastLoginAt', 'createdAt', 'roles']

/** What is different from what was shown. A field that the old record does not have is not compared. */
export function changes(shown: Partial<Facts>, now: Facts): Change[] {
  const fields = Object.keys(shown).filter((field): field is keyof Facts => field in now)
  return fields
    .filter(field => JSON.stringify(shown[field]) !== JSON.stringify(now[field]))
    .map(field =>
      SHOWABLE.includes(field) ? { field, from: plain(shown[field]), to: plain(now[field]) } : { field },
    )
}

function plain(value: Facts[keyof Facts] | undefined): string | number | null {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? value.join(', ') : value
}
