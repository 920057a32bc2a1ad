/**
 * Identifiers that must not be mixed up. A branded string costs nothing at run time and keeps
 * a candidate's id from ever standing where ServiceNow's id of the account belongs.
 */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** ServiceNow's `sys_id` of a record: 32 hexadecimal digits. */
export type SysId = Branded<'SysId'>
export type CandidateId = Branded<'CandidateId'>
export type RunId = Branded<'RunId'>
export type MessageId = Branded<'MessageId'>
/** Tasks are numbered in the order in which they were asked for. */
export type TaskId = number & { readonly [brand]: 'TaskId' }

const SYS_ID = /^[0-9a-f]{32}$/

/**
 * The only way to a {@link SysId}: what passes here may stand in a URL or an encoded query, nothing else may.
 * @throws Error when the text is not 32 lower-case hexadecimal digits.
 */
export function sysId(text: string): SysId {
  if (!isSysId(text))
    throw new Error(`“${text.slice(0, 40)}” is not a ServiceNow sys_id (32 hexadecimal digits).`)
  return text
}

/** Whether a text may stand where ServiceNow expects a record: see {@link sysId}. */
export function isSysId(text: string): text is SysId {
  return SYS_ID.test(text)
}
