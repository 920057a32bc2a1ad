import { describe } from 'vitest'
import { absenceContract } from './contract/absence.ts'
import { addressesContract } from './contract/addresses.ts'
import { announcementsContract } from './contract/announcements.ts'
import { atomicityContract } from './contract/atomicity.ts'
import { candidatesContract } from './contract/candidates.ts'
import { chainContract } from './contract/chain.ts'
import { forgetContract } from './contract/forget.ts'
import { messagesContract } from './contract/messages.ts'
import { pauseContract } from './contract/pause.ts'
import { reportsContract } from './contract/reports.ts'
import { runsContract } from './contract/runs.ts'
import type { Open } from './contract/scene.ts'
import { tasksContract } from './contract/tasks.ts'

/**
 * What every store must do, whatever database it stands on.
 * @param name of the dialect, as the test report shall call it.
 * @param open opens an empty store of this dialect.
 */
export function storeContract(name: string, open: Open): void {
  describe(name, () => {
    describe('candidates', () => candidatesContract(open))
    describe('transactions', () => atomicityContract(open))
    describe('runs', () => runsContract(open))
    describe('tasks', () => tasksContract(open))
    describe('pause and caps', () => pauseContract(open))
    describe('an absence', () => absenceContract(open))
    describe('messages', () => messagesContract(open))
    describe('announcements', () => announcementsContract(open))
    describe('addresses and names', () => addressesContract(open))
    describe('forgetting', () => forgetContract(open))
    describe('reports', () => reportsContract(open))
    describe('the chain', () => chainContract(open))
  })
}
