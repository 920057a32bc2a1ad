import { WebClient } from '@slack/web-api'
import { SLACK_SECRETS } from '../../sandbox/chats.ts'
import type { Company } from '../../sandbox/company.ts'
import { type Button, buttonsIn } from '../../sandbox/slack/buttons.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../../sandbox/slack/json.ts'
import type { ShownMessage } from '../../sandbox/slack/messages.ts'
import type { SlackWorkspace } from '../../sandbox/slack/workspace.ts'
import { acknowledged, answerTo, type Press, type Screen, type Seen } from './screen.ts'

/** Slack, as the people of the company see it. */
export function slackScreen(slack: SlackWorkspace, { people }: Company): Screen {
  const byId = new Map(people.map(person => [slack.userId(person.name), person]))
  const words = (blocks: readonly JsonObject[]) =>
    blocks
      .map(block => wordsOf(block, id => byId.get(id)?.realName ?? id))
      .filter(Boolean)
      .join('\n')

  const shownTo = (person: string): string[] => {
    const id = slack.userId(person)
    const whispers = slack.whispers.map(({ user, at, blocks }) => ({ user, at, blocks }))
    const views = slack.views.map(({ user, at, view }) => ({ user, at, blocks: objectsOf(view.blocks) }))
    return [...whispers, ...views]
      .filter(({ user }) => user === id)
      .sort((a, b) => a.at - b.at)
      .map(({ blocks }) => words(blocks))
  }
  const answered = async (person: string, act: () => Promise<{ status: number }>) => {
    const before = shownTo(person).length
    acknowledged(await act())
    return answerTo(person, () => shownTo(person), before)
  }

  const seen = (message: ShownMessage): Seen => ({
    id: message.ts,
    text: words(message.blocks),
    calls: partsOf(message.blocks, 'user').flatMap(({ user_id }) => byId.get(stringOf(user_id))?.name ?? []),
    markup: [message.text, ...partsOf(message.blocks, 'mrkdwn').map(({ text }) => text)].join('\n'),
    replies: message.replies.map(({ blocks }) => words(blocks)),
    offers: (what, name) => buttonsIn(message.blocks).some(isButton(what, name)),
    press: (person, what, name) =>
      answered(person, () =>
        slack.driver
          .as(person)
          .click({ on: message, actionId: `reclaim_${what}`, pick: isButton(what, name) }),
      ),
    async copy() {
      const bot = new WebClient(SLACK_SECRETS.botToken, { slackApiUrl: slack.apiUrl })
      const { text, blocks } = message
      const { ts } = await bot.chat.postMessage({ channel: slack.channelId, text, blocks: blocks as never })
      const posted = (await slack.messages()).find(each => each.ts === ts)
      if (!posted) throw new Error('The copy was not posted.')
      return seen(posted)
    },
  })

  const { faults } = slack
  const posts = 'chat.postMessage'
  return {
    platform: 'slack',
    messages: async () => (await slack.messages()).map(seen),
    everybodyReads: async () =>
      (await slack.messages())
        .flatMap(message => [message, ...message.replies])
        .map(({ blocks }) => words(blocks))
        .join('\n'),
    shownTo,
    command(person, line) {
      const typed = line.replace(/(?<=\s)@(\w+)$/, (_, name: string) => `<@${slack.userId(name)}|${name}>`)
      return answered(person, () => slack.driver.as(person).command(`/reclaim ${typed}`))
    },
    leave: person => slack.change(person, { deleted: true }),
    trouble: {
      losesAnswers: (_to, times) => faults.add({ method: posts, kind: 'reset_after', times }),
      refusesMessage: () => faults.add({ method: posts, kind: 'error', error: 'invalid_blocks' }),
      asksForPatience: times => faults.add({ method: posts, kind: '429', retryAfterSeconds: 30, times }),
      knowsNobody: () => faults.add({ method: 'users.info', kind: '500' }),
    },
  }
}

/** A button's spoken label names the account that it stands beside. */
export function isButton(what: Press, name: string): (button: Button) => boolean {
  return ({ actionId, element }) =>
    actionId === `reclaim_${what}` && stringOf(element.accessibility_label).endsWith(`: ${name}`)
}

/** The words of a block as a reader sees them; buttons and dividers have none. */
function wordsOf(part: unknown, nameOf: (userId: string) => string): string {
  if (typeof part === 'string') return part
  if (Array.isArray(part)) return part.map(each => wordsOf(each, nameOf)).join('')
  const { type, user_id: user, text, elements } = objectOf(part) ?? {}
  if (type === 'actions') return ''
  return type === 'user' ? nameOf(stringOf(user)) : wordsOf(text ?? elements ?? [], nameOf)
}

/** All objects of a type, however deep. */
function partsOf(value: unknown, type: string): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(part => partsOf(part, type))
  const part = objectOf(value)
  if (!part) return []
  return part.type === type ? [part] : Object.values(part).flatMap(inner => partsOf(inner, type))
}
