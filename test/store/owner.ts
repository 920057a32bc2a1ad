import { openStore } from '../../src/store/store.ts'
import { GRACE_MS, propose } from './contract/scene.ts'

/**
 * A bot of its own process, for tests to kill: owns the store that its argument names, proposes an account, takes the
 * task of telling so, reports on stdout and does nothing more. Ends with the test that started it.
 */
const [path = ''] = process.argv.slice(2)
const store = openStore(path, { platforms: ['slack'], graceMs: GRACE_MS })
await propose(store, ['anna'])
await store.takeTask('slack', Number.MAX_SAFE_INTEGER)
process.stdout.write('working\n')
process.stdin.resume()
