import type { Accounts, Caller } from './accounts.ts'
import type { Answer } from './answers.ts'
import type { Database } from './database.ts'
import type { Dictionary, TableName } from './dictionary.ts'
import type { ApiRequest } from './request.ts'
import type { Settings } from './settings.ts'

/** The parts of a running instance that its APIs work with. */
export type Instance = {
  readonly dictionary: Dictionary
  readonly database: Database
  readonly settings: Settings
  readonly accounts: Accounts
  /** The address that the instance believes to have; links are built from it. */
  readonly url: string
  /** A new number for each list, see `sortRows`. */
  readonly nextShuffle: () => number
}

/** An authenticated call of the Table or Aggregate API on a table that exists. */
export type Call = {
  readonly caller: Caller
  readonly request: ApiRequest
  readonly version: string
  readonly table: TableName
  /** Empty for the collection. */
  readonly sysId: string
}

/** What a call came to. */
export type Result = { readonly answer: Answer; readonly committed: boolean }
