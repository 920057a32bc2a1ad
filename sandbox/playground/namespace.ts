import { spawnSync } from 'node:child_process'

/**
 * How to run a program where it can reach, and be reached by, nothing but itself: the Playground listens on all
 * interfaces. `null` where this machine cannot do that.
 */
export function inNamespace(program: readonly string[]): readonly string[] | null {
  const script = 'ip link set lo up && exec "$@"'
  const command = (flags: string, what: readonly string[]) => [
    'unshare',
    flags,
    'sh',
    '-c',
    script,
    'sh',
    ...what,
  ]
  // As root, or as anybody where the kernel lets them be root in a world of their own.
  const flags = ['-n', '-rn'].find(each => {
    const [file = '', ...rest] = command(each, ['true'])
    return spawnSync(file, rest, { stdio: 'ignore' }).status === 0
  })
  return flags === undefined ? null : command(flags, program)
}
