import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is there until the end of the running test. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reclaim-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
