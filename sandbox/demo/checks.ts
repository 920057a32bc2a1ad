import { LIFECYCLE } from '../../src/reclaim/lifecycle.ts'
import type { ChainCheck } from '../../src/reclaim/reports.ts'
import type { Scene } from './scene.ts'
import { linesOf, type NameOf } from './words.ts'

/** What is not as it should be after the play, one sentence each; none = all is well. */
export function surprisesIn(
  scene: Scene,
  chain: ChainCheck,
  endings: Readonly<Record<string, string>>,
  nameOf: NameOf,
): string[] {
  return [
    ...endingSurprises(scene, endings),
    ...deletionSurprises(scene, endings),
    ...threadSurprises(scene, nameOf),
    ...(chain.kind === 'intact' ? [] : [`the history is broken at row ${chain.seq}: ${chain.reason}`]),
  ]
}

/** The store: exactly these accounts were proposed, and this is where they stand. */
function endingSurprises({ history }: Scene, endings: Readonly<Record<string, string>>): string[] {
  const states = new Map(history.map(({ userName, to }) => [userName, to]))
  const everybody = new Set([...states.keys(), ...Object.keys(endings)])
  return [...everybody].flatMap(userName => {
    const [wanted, found] = [endings[userName] ?? 'not proposed', states.get(userName) ?? 'not proposed']
    return wanted === found ? [] : [`${userName} should be ${wanted} and is ${found}`]
  })
}

/** ServiceNow: one DELETE for each reclaimed account and no other write, each read back, and nobody else gone. */
function deletionSurprises({ requests, users }: Scene, endings: Readonly<Record<string, string>>): string[] {
  const writes = requests.filter(({ method, table }) => method !== 'GET' && table !== null)
  const strays = writes.filter(({ method, table }) => method !== 'DELETE' || table !== 'sys_user')
  return [
    ...strays.map(({ method, path }) => `nobody approved ${method} ${path}`),
    ...users.flatMap(({ sysId, userName, deletedAt }) => {
      const sent = writes.filter(write => write.sysId === sysId)
      const wanted = endings[userName] === 'reclaimed' ? 1 : 0
      if (sent.length !== wanted)
        return [`${userName} should have got ${wanted} DELETE requests and got ${sent.length}`]
      if ((deletedAt !== null) !== (wanted === 1))
        return [`${userName} should ${wanted === 1 ? 'be gone from' : 'still be in'} ServiceNow`]
      return sent.flatMap(write =>
        isReadBack(write, requests) ? [] : [`the deletion of ${userName} was not read back`],
      )
    }),
  ]
}

function isReadBack(write: Scene['requests'][number], requests: Scene['requests']): boolean {
  return requests
    .slice(requests.indexOf(write) + 1)
    .some(
      ({ method, path, query }) =>
        method === 'GET' && `${path} ${query.sysparm_query}`.includes(write.sysId ?? '–'),
    )
}

/** The threads: each transition of an account is a line under the one message that shows it, in the same order. */
function threadSurprises({ history, messages }: Scene, nameOf: NameOf): string[] {
  const lines = messages.flatMap(({ replies }) => replies.flatMap(({ blocks }) => linesOf(blocks, nameOf)))
  const names = new Set(history.map(({ name }) => name))
  return [...names].flatMap(name => {
    const wanted = history.filter(row => row.name === name && row.from !== null).map(({ to }) => to)
    const found = lines.filter(line => line.startsWith(name)).map(line => stateIn(line.slice(name.length)))
    const [want, have] = [wanted.join(', '), found.join(', ')]
    return want === have ? [] : [`the thread about ${name} should say “${want}” and says “${have}”`]
  })
}

function stateIn(words: string): string | undefined {
  return words.match(/[a-z]+/g)?.find(word => Object.hasOwn(LIFECYCLE, word))
}
