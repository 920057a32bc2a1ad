import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from './figures.ts'

/** Source: linux/magic.h. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
}
const IN_MEMORY = [0x01021994, 0x858458f6]

/**
 * What a folder lies on, and how long a write takes there until it is on disk.
 * @throws Error when it is kept in memory only, where a full sync costs nothing and the figures would mean nothing.
 */
export function diskOf(folder: string): string {
  const { type } = statfsSync(folder)
  if (IN_MEMORY.includes(type))
    throw new Error(`${folder} is kept in memory. Point TMPDIR at a folder on a disk and start again.`)
  const syncMs = quantile(syncTimes(join(folder, 'sync')), 0.5)
  const name = FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`
  return `${name}; one synced write of 4 KiB takes ${syncMs.toFixed(2)} ms`
}

function syncTimes(path: string): number[] {
  const file = openSync(path, 'w')
  const page = Buffer.alloc(4096)
  const times = Array.from({ length: 100 }, () => {
    const started = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  rmSync(path)
  return times
}
