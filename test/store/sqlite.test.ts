import type { Store } from '../../src/reclaim/storage.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore, type StoreOptions } from '../../src/store/store.ts'
import { NOW } from '../domain/examples.ts'
import { GRACE_MS } from './contract/scene.ts'
import { storeContract } from './contract.ts'

storeContract('SQLite', async (options = {}) => {
  const db = openDatabase(':memory:')
  const start = (settings: Partial<StoreOptions>): Store => ({
    ...createStore(db, { platforms: ['slack'], graceMs: GRACE_MS, now: () => NOW, ...settings }),
    close: async () => {},
  })
  const sql = async (statement: string) => {
    db.exec(statement)
  }
  return {
    store: start(options),
    sql,
    unprotect: () => sql('DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed;'),
    succeed: async differences => start({ ...options, ...differences }),
  }
})
