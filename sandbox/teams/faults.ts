import { createFaultList, type FaultList } from '../faults.ts'
import type { Operation } from './routes.ts'

/** What goes wrong, in place of or after the work. */
export type FaultKind =
  /** HTTP 429; `retryAfterSeconds: null` leaves the Retry-After header out. */
  | { kind: '429'; retryAfterSeconds: number | null }
  /** HTTP 412 PreconditionFailed, 500 and 502 ServiceError, 503 without a body; nothing was done. */
  | { kind: '412' | '500' | '502' | '503' }
  /** HTTP 200 with a maintenance page; nothing was done. */
  | { kind: 'html' }
  /** The connection is cut; nothing was done. */
  | { kind: 'reset_before' }
  /** The work is done, then the connection is cut: an unknown outcome. */
  | { kind: 'reset_after' }
  /** No answer ever comes; nothing was done. */
  | { kind: 'hang' }
  /** The work is done, but no answer ever comes: an unknown outcome. */
  | { kind: 'hang_after' }
  /** The work is done, then 502 is answered: an unknown outcome. */
  | { kind: '502_after' }
  /** Any error with its status, such as 403 BotNotInConversationRoster; nothing was done. */
  | { kind: 'error'; status: number; code: string; message?: string }

/** A fault for the next calls of an operation, `*` for all; `times` (default 1) may be `Infinity`. */
type Fault = FaultKind & { operation: Operation | '*'; times?: number }

/** The faults that wait for their calls. */
export type Faults = FaultList<Fault, Operation>

/** An empty list of faults. */
export const createFaults = (): Faults =>
  createFaultList((fault, operation) => fault.operation === operation || fault.operation === '*')
