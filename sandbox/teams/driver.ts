import { type JsonObject, objectOf, stringOf } from '../slack/json.ts'
import { cardProblems } from './acceptance.ts'
import * as activities from './activities.ts'
import { type Button, buttonsIn } from './buttons.ts'
import type { Deliver, Delivery, DeliveryOptions } from './delivery.ts'
import { type Directory, guidOf, memberOf } from './directory.ts'
import type { Identity } from './identity.ts'
import type { Messages, ShownMessage } from './messages.ts'
import type { Roster } from './roster.ts'
import type { Whispers } from './whispers.ts'

/** Which button a person clicks. */
interface ClickTarget {
  /** Where: the id of a message as it is now, or a message read earlier, for a screen that is out of date. */
  on: string | ShownMessage
  verb: string
  /** Which of several with this verb. */
  pick?: (button: Button) => boolean
}

/** As a client that knows Action.Execute sends it (default), or as an older one sends its fallback. */
type ClickOptions = DeliveryOptions & { how?: 'execute' | 'submit' }

/** Where a person says something: default, a new thread in the channel. */
type SayOptions = DeliveryOptions & { thread?: string; personal?: true }

/** One person at the screen. Each action resolves with the bot's answer. */
interface Actor {
  /** Throws unless exactly one button fits, and for a card in somebody else's personal chat. */
  click(target: ClickTarget, options?: ClickOptions): Promise<Delivery>
  /** In the channel the text begins with the bot's mention: without one Teams would not send it to the bot. */
  say(text: string, options?: SayOptions): Promise<Delivery>
}

/** Acts for the people of the tenant, with the channel's tokens. */
export interface Driver {
  as(person: string): Actor
  /** Somebody of another tenant, whose activities the channel signs all the same. */
  stranger(): Actor
  /** The bot is added to the team by a person, the first one unless said; the bot's two answers. */
  install(person?: string): Promise<Delivery[]>
  /** The bot is removed from the team. */
  remove(person?: string): Promise<Delivery[]>
  /** A person adds the bot for themselves. */
  installPersonal(person: string): Promise<Delivery[]>
  /** Sends any body; for what Teams would never send. */
  raw(body: string | JsonObject, options?: DeliveryOptions & { method?: string }): Promise<Delivery>
  /** A channel token, right but for what is given. */
  token: Identity['channelToken']
}

/** What the driver acts with. */
export interface DriverParts {
  directory: Directory
  roster: Roster
  messages: Messages
  whispers: Whispers
  scene: () => activities.Scene
  deliver: Deliver
  token: Identity['channelToken']
}

/** The driver of a tenant. */
export function createDriver(parts: DriverParts): Driver {
  const { directory, roster, scene, deliver, token } = parts
  const doer = (name: string): activities.Doer => ({
    member: directory.named(name),
    tenantId: scene().place.tenantId,
  })
  const first = () => directory.members()[0]?.name ?? ''
  const inTurn = async (bodies: readonly JsonObject[]) => {
    const answers: Delivery[] = []
    for (const body of bodies) answers.push(await deliver({ body }, {}))
    return answers
  }
  const moved = (action: 'add' | 'remove', person: string) => {
    roster.setInTeam(action === 'add')
    return inTurn(activities.installation(doer(person), { where: 'team', action }, scene()))
  }
  return {
    as: person => actor(doer(person), parts),
    stranger: () => actor(stranger(), parts),
    install: (person = first()) => moved('add', person),
    remove: (person = first()) => moved('remove', person),
    installPersonal(person) {
      roster.installFor(directory.named(person))
      return inTurn(activities.installation(doer(person), { where: 'personal', action: 'add' }, scene()))
    },
    raw: (body, { method, ...options } = {}) =>
      deliver(method === undefined ? { body } : { body, method }, options),
    token,
  }
}

function stranger(): activities.Doer {
  const tenantId = guidOf('another tenant')
  const person = { name: 'a stranger', realName: 'Sven Stranger', email: 'sven@other.example' }
  return { member: memberOf(person, tenantId), tenantId }
}

function actor(by: activities.Doer, parts: DriverParts): Actor {
  return {
    async click(target, { how = 'execute', ...options } = {}) {
      const { scene, deliver } = parts
      const message = typeof target.on === 'string' ? stored(target.on, parts.messages) : target.on
      const where = whereIs(message, by, parts)
      const button = pickButton(message, target)
      const on = { messageId: message.id, where, button }
      if (how === 'submit') {
        const { data } = fallbackOf(button)
        return deliver({ body: activities.submit(by, { ...on, data }, scene()) }, options)
      }
      const delivery = await deliver({ body: activities.execute(by, on, scene()) }, options)
      showAnswer(by, delivery, parts.whispers)
      return delivery
    },
    async say(text, { thread, personal, ...options } = {}) {
      const { scene, deliver, messages } = parts
      const said = personal === true ? sayInChat(by, text, parts) : sayInChannel(by, text, thread, parts)
      const where = said.where ?? { rootId: said.id }
      const written = messages.find(said.id)?.text ?? text
      return deliver(
        { body: activities.message(by, { id: said.id, where, text: written }, scene()) },
        options,
      )
    },
  }
}

function sayInChat(
  { member }: activities.Doer,
  text: string,
  { messages, roster }: DriverParts,
): { id: string; where: activities.Where } {
  // Teams installs an app for whoever opens a chat with it.
  roster.installFor(member)
  const id = messages.post({ text, card: null, from: member.userId, chatOf: member.userId })
  return { id, where: 'personal' }
}

/** A new thread is at the message's own id. */
function sayInChannel(
  { member }: activities.Doer,
  text: string,
  thread: string | undefined,
  { messages, roster, scene }: DriverParts,
): { id: string; where: activities.Where | undefined } {
  mustBeInTeam(roster)
  const written = { text: `${activities.mentionOf(scene().bot)} ${text}`, card: null, from: member.userId }
  if (thread === undefined) return { id: messages.post(written), where: undefined }
  const message = stored(thread, messages)
  const rootId = message.rootId ?? message.id
  return { id: messages.post({ ...written, rootId }), where: { rootId } }
}

function stored(id: string, messages: Messages): ShownMessage {
  const message = messages.find(id)
  if (message === undefined) throw new Error(`There is no message ${id} in the Teams stand-in.`)
  return message
}

function whereIs(
  message: ShownMessage,
  { member }: activities.Doer,
  { roster }: DriverParts,
): activities.Where {
  if (message.chatOf === null) {
    mustBeInTeam(roster)
    return { rootId: message.rootId ?? message.id }
  }
  if (message.chatOf !== member.userId) {
    throw new Error(`${member.name} cannot act on what only ${message.chatOf} was shown.`)
  }
  return 'personal'
}

function mustBeInTeam(roster: Roster): void {
  if (!roster.inTeam()) throw new Error('The bot is not in the team: Teams sends it nothing from there.')
}

function pickButton({ card }: ShownMessage, { verb, pick }: ClickTarget): Button {
  const there = card === null ? [] : buttonsIn(card)
  const fitting = there.filter(button => button.verb === verb && (pick === undefined || pick(button)))
  const [button, ...more] = fitting
  if (button !== undefined && more.length === 0) return button
  const listed = there
    .map(each => `${each.verb} (${each.title}, data ${JSON.stringify(each.data)})`)
    .join('; ')
  throw new Error(
    `${fitting.length} buttons fit "${verb}" where one must. The buttons there: ${listed || 'none'}.`,
  )
}

/** What an older client shows in place of the button. */
function fallbackOf({ verb, element }: Button): JsonObject {
  const fallback = objectOf(element.fallback)
  if (fallback?.type === 'Action.Submit') return fallback
  throw new Error(`The button "${verb}" has no Action.Submit as its fallback: older clients do not show it.`)
}

/** Teams docs, "Universal Actions", response format: only the person who clicked sees it. */
function showAnswer({ member }: activities.Doer, { status, body }: Delivery, whispers: Whispers): void {
  const answer = objectOf(body)
  if (status !== 200 || answer?.statusCode !== 200) return
  const shown = { user: member.userId, via: 'invoke', id: null } as const
  if (answer.type === 'application/vnd.microsoft.activity.message') {
    whispers.add({ ...shown, text: stringOf(answer.value), card: null })
  } else if (answer.type === 'application/vnd.microsoft.card.adaptive') {
    const problems = cardProblems(answer.value)
    if (problems.length > 0)
      throw new Error(`The bot answered a click with a card that Teams refuses: ${problems.join('; ')}`)
    whispers.add({ ...shown, text: '', card: objectOf(answer.value) ?? null })
  }
}
