import { type Button, buttonsIn } from './buttons.ts'
import { type Deliver, type Delivery, type DeliveryOptions, FORM } from './delivery.ts'
import type { Directory, Member } from './directory.ts'
import { type JsonObject, objectOf, objectsOf, parseJson, stringOf } from './json.ts'
import type { Messages, ShownMessage } from './messages.ts'
import * as payloads from './payloads.ts'
import type { Origin } from './responses.ts'
import type { ShownView } from './views.ts'
import type { Whisper, Whispers } from './whispers.ts'

/** Which button a person clicks. */
interface ClickTarget {
  /**
   * Where: the `ts` of a message or thread reply as it is now; a message read earlier, for somebody whose screen
   * is out of date; a whisper; a view.
   */
  on: string | ShownMessage | Whisper | ShownView
  actionId: string
  /** Which of several with this action id: its value, or a test. */
  pick?: string | ((button: Button) => boolean)
}

/** One person at the screen. Each action resolves with the bot's answer. */
interface Actor {
  /** Throws unless exactly one button fits, and for a whisper or view that somebody else was shown. */
  click(target: ClickTarget, options?: DeliveryOptions): Promise<Delivery>
  /**
   * Sends a line such as `/reclaim status`, as typed in the channel. Its text arrives as given: with
   * `should_escape` Slack sends `<@U…|name>` for a mention and entities for `&`, `<`, `>`, so write those.
   */
  command(line: string, options?: DeliveryOptions): Promise<Delivery>
  /** Sends in a view that this person was shown. */
  submit(shown: ShownView, values: payloads.ViewValues, options?: DeliveryOptions): Promise<Delivery>
  /** Sends an event of the Events API; `user` and `event_ts` are filled in, an `eventId` repeats a delivery. */
  event(event: JsonObject, options?: DeliveryOptions & { eventId?: string }): Promise<Delivery>
}

/** Acts for the people of the workspace, signed as Slack signs. */
export interface Driver {
  as(person: string): Actor
  /** Sends any body over HTTP; for what Slack would never send. */
  raw(body: string, options?: DeliveryOptions & { contentType?: string }): Promise<Delivery>
}

/** Posts any body to the bot over HTTP, signed. */
type Post = (sent: { body: string; contentType: string }, options: DeliveryOptions) => Promise<Delivery>

/** What the driver acts with. */
export interface DriverParts {
  directory: Directory
  messages: Messages
  whispers: Whispers
  place: payloads.Place
  deliver: Deliver
  post: Post
  /** A trigger_id that views.open takes, for the next three seconds, once. */
  trigger(user: string): Promise<string>
  /** A response_url for what a person did. */
  responseUrl(user: string, origin: Origin): string
}

/** The driver of a workspace. */
export function createDriver(parts: DriverParts): Driver {
  return {
    as: person => actor(parts.directory.named(person), parts),
    raw: (body, { contentType = FORM, ...options } = {}) => parts.post({ body, contentType }, options),
  }
}

function actor(by: Member, parts: DriverParts): Actor {
  const { place, deliver, trigger, responseUrl } = parts
  const interact = (payload: JsonObject, options: DeliveryOptions) =>
    deliver({ kind: 'interactive', payload }, options)
  return {
    click: async (target, options = {}) => interact(await clickPayload(by, target, parts), options),
    async command(line, options = {}) {
      const handles = {
        triggerId: await trigger(by.id),
        responseUrl: responseUrl(by.id, { command: true }),
      }
      const payload = payloads.slashCommand(by, { line, place, handles })
      const delivery = await deliver({ kind: 'slash_commands', payload }, options)
      showAcknowledgement(by, delivery, parts.whispers)
      return delivery
    },
    async submit(shown, values, options = {}) {
      mustSee(by, shown.user)
      const triggerId = await trigger(by.id)
      return interact(payloads.submission(by, { shown, values, place, triggerId }), options)
    },
    event: (event, { eventId, ...options } = {}) =>
      deliver({ kind: 'events_api', payload: payloads.eventEnvelope(by, event, eventId) }, options),
  }
}

async function clickPayload(by: Member, target: ClickTarget, parts: DriverParts): Promise<JsonObject> {
  const { place, trigger, responseUrl } = parts
  const on = typeof target.on === 'string' ? await storedMessage(target.on, parts.messages) : target.on
  if ('view' in on) {
    mustSee(by, on.user)
    const button = pickButton(objectsOf(on.view.blocks), target)
    return payloads.clickInView(by, { button, shown: on, place, triggerId: await trigger(by.id) })
  }
  const button = pickButton(on.blocks, target)
  const triggerId = await trigger(by.id)
  if ('via' in on) {
    mustSee(by, on.user)
    const handles = { triggerId, responseUrl: responseUrl(by.id, { whisper: on }) }
    return payloads.clickOnWhisper(by, { button, whisper: on, place, handles })
  }
  const handles = { triggerId, responseUrl: responseUrl(by.id, { messageTs: on.ts }) }
  return payloads.clickOnMessage(by, { button, message: on, place, handles })
}

async function storedMessage(ts: string, messages: Messages): Promise<ShownMessage> {
  const message = await messages.find(ts)
  if (message === undefined) throw new Error(`There is no message ${ts} in the channel to click on.`)
  return message
}

function pickButton(blocks: readonly JsonObject[], { actionId, pick }: ClickTarget): Button {
  const there = buttonsIn(blocks)
  const fitting = there.filter(
    button =>
      button.actionId === actionId &&
      (pick === undefined || (typeof pick === 'string' ? button.value === pick : pick(button))),
  )
  const [button, ...more] = fitting
  if (button !== undefined && more.length === 0) return button
  const listed = there.map(each => `${each.actionId} (${each.label}, value "${each.value}")`).join('; ')
  throw new Error(
    `${fitting.length} buttons fit "${actionId}" where one must. The buttons there: ${listed || 'none'}.`,
  )
}

function mustSee(by: Member, user: string): void {
  if (by.id !== user) throw new Error(`${by.name} cannot act on what only ${user} was shown.`)
}

/** Slack shows what a slash command is acknowledged with to the person who typed it. */
function showAcknowledgement(by: Member, { status, body }: Delivery, whispers: Whispers): void {
  if (status !== 200 || body === '') return
  const message = objectOf(parseJson(body)) ?? { text: body }
  whispers.add({ user: by.id, via: 'ack', text: stringOf(message.text), blocks: objectsOf(message.blocks) })
}
