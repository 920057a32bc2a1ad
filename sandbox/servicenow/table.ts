import type { Caller } from './accounts.ts'
import { type Answer, failure, invalidTable, methodNotSupported } from './answers.ts'
import type { Call, Instance, Result } from './instance.ts'
import { countRecords, listRecords } from './list.ts'
import type { ApiRequest, Target } from './request.ts'
import { deleteRecord, getRecord, insertRecord, updateRecord } from './single.ts'

type Operation = (instance: Instance, call: Call) => Result

const COLLECTION: Readonly<Record<string, Operation>> = {
  GET: listRecords,
  HEAD: listRecords,
  POST: insertRecord,
}
const RECORD: Readonly<Record<string, Operation>> = {
  GET: getRecord,
  HEAD: getRecord,
  PATCH: updateRecord,
  PUT: updateRecord,
  DELETE: deleteRecord,
}
const STATS: Readonly<Record<string, Operation>> = { GET: countRecords }

/**
 * Checks a call of the Table or Aggregate API as far as it can be checked without looking at data.
 * @returns a function that carries it out, or the refusal
 */
export function prepareCall(
  instance: Instance,
  caller: Caller,
  request: ApiRequest,
  target: Extract<Target, { table: string }>,
): Answer | (() => Result) {
  const badHeaders = checkHeaders(request)
  if (badHeaders) return badHeaders
  const { table, sysId, version } = target
  if (!instance.dictionary.isTable(table)) return invalidTable(table)
  const operations = target.api === 'stats' ? STATS : sysId === '' ? COLLECTION : RECORD
  const operation = operations[request.method]
  if (!operation) return methodNotSupported()
  return () => operation(instance, { caller, request, version, table, sysId })
}

/**
 * GET needs `Accept`; POST, PUT, PATCH and DELETE "require both Accept and Content-Type" (ServiceNow docs,
 * REST API); else 400. The wording of the messages is not known.
 */
function checkHeaders({ method, headers }: ApiRequest): Answer | undefined {
  if (!headers.accept) return failure(400, 'Invalid headers', 'Accept header is required')
  const accepted = headers.accept.split(',').map(type => type.split(';')[0]?.trim())
  if (!accepted.some(type => type === 'application/json' || type === 'application/*' || type === '*/*')) {
    return failure(406, 'Not acceptable', 'The simulator speaks JSON only')
  }
  if (method === 'GET' || method === 'HEAD') return undefined
  const contentType = headers['content-type']
  if (!contentType) return failure(400, 'Invalid headers', 'Content-Type header is required')
  const isJson = contentType.split(';')[0]?.trim() === 'application/json'
  return isJson ? undefined : failure(415, 'Unsupported media type', null)
}
