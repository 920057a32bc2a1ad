import {
  aclRefusal,
  businessRuleRefusal,
  empty,
  failure,
  json,
  noRecord,
  restrictRefusal,
} from './answers.ts'
import type { Row } from './dictionary.ts'
import type { Call, Instance, Result } from './instance.ts'
import { recordStyle } from './list.ts'
import { renderRecord } from './record.ts'
import { writtenFields } from './request.ts'
import { visibilityOf } from './visibility.ts'

const refuse = (answer: Result['answer']): Result => ({ answer, committed: false })

/** `GET /api/now/table/{table}/{sys_id}`: 200, or 404 whether the row is gone or hidden. */
export function getRecord(instance: Instance, call: Call): Result {
  const row = visibleRow(instance, call)
  return refuse(row ? json(200, { result: render(instance, call, row) }) : noRecord())
}

/** PATCH and PUT, which are the same: only the fields sent change (ServiceNow KB0534905); 200 and the row. */
export function updateRecord(instance: Instance, call: Call): Result {
  const { database, dictionary } = instance
  if (!visibleRow(instance, call)) return refuse(noRecord())
  if (isReadOnly(instance, call)) return refuse(aclRefusal('Update'))
  const fields = writtenFields(call.request.body)
  if (!fields) return refuse(unreadableBody())
  const known = knownFields(instance, call, fields)
  const row = database.update(call.table, call.sysId, known, call.caller.user.user_name ?? '')
  const seen = row && !visibilityOf(dictionary, database, call.caller.account).hidesRow(call.table, row)
  return { answer: seen ? json(200, { result: render(instance, call, row) }) : noRecord(), committed: true }
}

/** POST: 201, `Location` and the new row; an unknown column is passed over. */
export function insertRecord(instance: Instance, call: Call): Result {
  if (isReadOnly(instance, call)) return refuse(aclRefusal('Insert'))
  const fields = writtenFields(call.request.body)
  if (!fields) return refuse(unreadableBody())
  const known = knownFields(instance, call, fields)
  const row = instance.database.insert(call.table, known, call.caller.user.user_name ?? '')
  const location = `${instance.url}/api/now${call.version}/table/${call.table}/${row.sys_id}`
  return {
    answer: json(201, { result: render(instance, call, row) }, { Location: location }),
    committed: true,
  }
}

/**
 * DELETE: 204 without a body. Role and membership rows of a user go with it, other references to it are cleared
 * (ServiceNow docs, Cascade delete rules; KB0963051), unless `settings.restrict` names one of them.
 */
export function deleteRecord(instance: Instance, call: Call): Result {
  const { database, settings } = instance
  const row = visibleRow(instance, call)
  if (!row) return refuse(noRecord())
  if (isReadOnly(instance, call)) return refuse(aclRefusal('Delete'))
  // "You can't delete roles that are assigned to the group from the user record" (ServiceNow docs, Assign a role
  // to a user); how REST says so is not known.
  const inheritedRole = call.table === 'sys_user_has_role' && row.inherited === 'true'
  if (inheritedRole) return refuse(businessRuleRefusal(call.table))
  if (database.referredToBy(settings.restrict, call.table, call.sysId)) return refuse(restrictRefusal())
  database.remove(call.table, call.sysId)
  return { answer: empty(204), committed: true }
}

function visibleRow({ dictionary, database }: Instance, call: Call): Row | undefined {
  const row = database.find(call.table, call.sysId)
  const visibility = visibilityOf(dictionary, database, call.caller.account)
  return row && !visibility.hidesRow(call.table, row) ? row : undefined
}

function render(instance: Instance, call: Call, row: Row) {
  const style = recordStyle(instance, call)
  return renderRecord(instance.dictionary, instance.database, call.table, row, style)
}

/** Read-only accounts write nothing, whatever other roles they hold (ServiceNow docs, Read-only role). */
function isReadOnly({ accounts }: Instance, { caller }: Call): boolean {
  return caller.account.readOnly === true || accounts.holds(caller.user, 'snc_read_only')
}

function knownFields({ dictionary }: Instance, call: Call, fields: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name]) => dictionary.column(call.table, name) !== undefined && !name.startsWith('sys_'),
    ),
  )
}

// The wording of a real one is not known.
function unreadableBody() {
  return failure(400, 'Exception while reading request', 'The payload is not valid JSON.')
}
