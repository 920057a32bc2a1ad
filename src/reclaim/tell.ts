import { managerCanDecide } from './approval.ts'
import type { Candidate } from './candidate.ts'
import type { MessageId } from './ids.ts'
import { type Chat, type Clock, type Ids, type ThreadLine, Undeliverable } from './ports.ts'
import type { DigestTask, Message, MessagePlan, MessageTask, Store } from './storage.ts'

/** What the tasks of a chat's lane need. */
export type TellContext = {
  readonly store: Store
  readonly chat: Chat
  readonly clock: Clock
  readonly ids: Ids
  /** Whether managers are asked at all; else everything goes to the named approvers. */
  readonly askManagers: boolean
}

const CANDIDATES_A_MESSAGE = 8
const LINES_A_REPLY = 20

/**
 * Finds every candidate's approver and fixes which messages the run consists of: a header, then one or more for each
 * approver. What earlier runs could not show is shown with it.
 */
export async function digest(task: DigestTask, context: TellContext): Promise<void> {
  const { store, chat, clock, ids, askManagers } = context
  await lookForLost(context)
  const candidates = await store.unplaced(task.runId, chat.platform)
  const groups = new Map<string | null, Candidate[]>()
  for (const candidate of candidates) {
    const approver = askManagers ? await approverOf(candidate, context) : null
    groups.set(approver, [...(groups.get(approver) ?? []), candidate])
  }
  const plan: MessagePlan[] = [
    {
      id: ids.next() as MessageId,
      kind: 'header',
      ...{ approver: null, part: 1, parts: 1, candidateIds: [] },
      withoutManager: askManagers ? (groups.get(null)?.length ?? 0) : 0,
      fromEarlierRuns: candidates.filter(({ runId }) => runId !== task.runId).length,
    },
  ]
  for (const [approver, theirs] of groups) {
    const parts = Math.ceil(theirs.length / CANDIDATES_A_MESSAGE)
    for (let part = 1; part <= parts; part++)
      plan.push({
        id: ids.next() as MessageId,
        kind: 'list',
        approver,
        part,
        parts,
        candidateIds: theirs
          .slice((part - 1) * CANDIDATES_A_MESSAGE, part * CANDIDATES_A_MESSAGE)
          .map(c => c.id),
        ...{ withoutManager: 0, fromEarlierRuns: 0 },
      })
  }
  await store.layOut(task.id, task.runId, chat.platform, plan, clock.now())
}

/** A list that was given up may have arrived all the same; only where it certainly did not is it shown anew. */
async function lookForLost({ store, chat, clock }: TellContext): Promise<void> {
  for (const id of await store.lost(chat.platform)) {
    try {
      const ref = await chat.find(id)
      await (ref ? store.posted(id, ref, clock.now()) : store.unplace(id))
    } catch (error) {
      // Nobody can tell: what may stand there is not posted a second time.
      if (!(error instanceof Undeliverable)) throw error
    }
  }
}

async function approverOf(candidate: Candidate, { chat, store }: TellContext): Promise<string | null> {
  if (!candidate.manager || !managerCanDecide(candidate)) return null
  const approver = await chat.findApprover(candidate.manager.email)
  if (approver) await store.rememberPerson(approver)
  return approver?.id ?? null
}

/**
 * Posts a root message, once: after an attempt that may have succeeded it looks for the message first. What the chat shows
 * later than that stands there twice, at most once more for each such attempt; both work, and the repeat says what it is.
 */
export async function post(task: MessageTask, context: TellContext): Promise<void> {
  const { store, chat, clock } = context
  const message = await store.message(task.messageId)
  if (message && message.refs.length === 0) {
    const again = task.attempts > 1
    const known = again ? await chat.find(message.id) : null
    const ref = known ?? (await chat.post(message.id, message.content, again))
    await store.posted(message.id, ref, clock.now())
  }
  await store.settle(task.id)
}

/** Tells a message's thread what has happened since it was last told, and brings the message itself up to date. */
export async function announce(task: MessageTask, context: TellContext): Promise<void> {
  const { store, chat, clock } = context
  const message = await store.message(task.messageId)
  const [root] = message?.refs ?? []
  if (!message || !root) return store.settle(task.id)

  const lines = threadLines(message).slice(0, LINES_A_REPLY)
  const last = lines.at(-1)
  if (last) {
    await chat.reply(root, lines, task.attempts > 1)
    // At once: a message that cannot be brought up to date must not have its thread told again.
    await store.told(message.id, last.entry.seq)
  }
  for (const ref of message.refs) await chat.update(ref, message.id, message.content)
  await store.announced(task.id, message.id, last?.entry.seq ?? 0, clock.now())
}

function threadLines({ content, unannounced }: Message): ThreadLine[] {
  if (content.kind !== 'list') return []
  const shown = new Map(content.items.map(({ candidate }) => [candidate.id, candidate]))
  return unannounced.flatMap(entry => {
    const candidate = shown.get(entry.candidateId)
    return candidate ? { candidate, entry } : []
  })
}
