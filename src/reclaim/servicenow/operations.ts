import type { Operation } from '../candidate.ts'
import { sysId } from '../ids.ts'
import { NotSent, type WriteAnswer } from '../ports.ts'
import type { Client } from './client.ts'
import { oneLine, readBody } from './faults.ts'
import type { Answer } from './transport.ts'

/** Answers with which ServiceNow says no, provided that they carry its error envelope (ServiceNow docs, REST API response codes). */
const CLEAR_NO: readonly number[] = [400, 403, 405, 409]

/**
 * Sends one write, once. Only 204 is the documented success of a DELETE and only an error envelope is a no; whatever
 * else comes back, the record may be gone or not: an instance that answers 500 or 403 may have committed
 * (ServiceNow docs, Table API; KB0546297, KB2697679).
 * @throws Error when nothing has left this machine: the operation is not one of ours, or no sign-in was to be had
 */
export async function sendOperation(client: Client, operation: Operation): Promise<WriteAnswer> {
  const { method, table } = operation
  // Operations come back out of the store, where the compiler does not look.
  if (method !== 'DELETE' || table !== 'sys_user')
    throw new Error(
      `“${oneLine(`${method} ${table}`)}” is not a request that this bot sends; nothing was sent.`,
    )
  const outcome = await client.remove(table, sysId(operation.sysId)).catch((cause: Error) => {
    throw new NotSent(cause.message, { cause })
  })
  switch (outcome.kind) {
    case 'signed_out':
      return { kind: 'refused', status: 401, detail: outcome.error.message }
    case 'no_answer':
      return { kind: 'unknown', status: null, detail: outcome.reason }
    case 'answer':
      return judge(outcome.answer)
  }
}

function judge(answer: Answer): WriteAnswer {
  const { status } = answer
  if (status === 204) return { kind: 'accepted', status }
  if (status === 429) return { kind: 'unknown', status, detail: 'ServiceNow limits the bot’s requests' }
  const reading = readBody(answer)
  if (reading.kind === 'json')
    return {
      kind: 'unknown',
      status,
      detail: `it answered HTTP ${status} with data, where 204 is the success`,
    }
  if (status === 404)
    return { kind: 'unknown', status, detail: 'the record is gone, or hidden from the account' }
  if (CLEAR_NO.includes(status) && reading.refusal !== null)
    return { kind: 'refused', status, detail: reading.refusal }
  return { kind: 'unknown', status, detail: reading.reason }
}
