import { createFaultList, type FaultList } from '../faults.ts'

/** What goes wrong, in place of or after the work. */
export type FaultKind =
  /** HTTP 429; `retryAfterSeconds: null` leaves the Retry-After header out. */
  | { kind: '429'; retryAfterSeconds: number | null }
  /** HTTP 500 with a text body; nothing was done. */
  | { kind: '500' }
  /** HTTP 200 with a maintenance page; nothing was done. */
  | { kind: 'html' }
  /** The connection is cut; nothing was done. */
  | { kind: 'reset_before' }
  /** The work is done, then the connection is cut: an unknown outcome. */
  | { kind: 'reset_after' }
  /** The connection is cut; the work is done when this resolves: an unknown outcome, and one that changes. */
  | { kind: 'reset_late'; until: Promise<void> }
  /** No answer ever comes; nothing was done. */
  | { kind: 'hang' }
  /** The work is done, but no answer ever comes: an unknown outcome. */
  | { kind: 'hang_after' }
  /** HTTP 200 `{ok: false, error}`; nothing was done. */
  | { kind: 'error'; error: string }

/**
 * A fault for the next calls of a method. `method` is a Web API method, `response_url`, or `*` for all;
 * `times` (default 1) may be `Infinity`.
 */
type Fault = FaultKind & { method: string; times?: number }

/** The faults that wait for their calls. */
export type Faults = FaultList<Fault, string>

/** An empty list of faults. */
export const createFaults = (): Faults =>
  createFaultList((fault, method) => fault.method === method || fault.method === '*')
