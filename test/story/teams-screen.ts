import { expect } from 'vitest'
import type { Company } from '../../sandbox/company.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../../sandbox/slack/json.ts'
import { type Button, buttonsIn } from '../../sandbox/teams/buttons.ts'
import type { ShownMessage } from '../../sandbox/teams/messages.ts'
import type { TeamsTenant } from '../../sandbox/teams/tenant.ts'
import { acknowledged, answerTo, eventually, type Press, type Screen, type Seen } from './screen.ts'
import { postAsBot, sayMentioning } from './teams-wire.ts'

/** Teams, as the people of the company see it. The welcome stands in the channel before the story begins. */
export function teamsScreen(teams: TeamsTenant, { people }: Company): Screen {
  const byId = new Map(people.map(({ name }) => [teams.userId(name), name]))
  const welcomes = new Set(teams.messages().map(({ id }) => id))
  const roots = () => teams.messages().filter(({ id, from }) => from === 'bot' && !welcomes.has(id))
  const shown = (person: string, via?: 'invoke' | 'personal') =>
    teams.whispers
      .filter(whisper => whisper.user === teams.userId(person) && (via ?? whisper.via) === whisper.via)
      .map(wordsOf)

  const seen = (message: ShownMessage): Seen => ({
    id: message.id,
    text: wordsOf(message),
    calls: calledIn(message).flatMap(id => byId.get(id) ?? []),
    markup: [message.text, ...textBlocksIn(message)].join('\n'),
    replies: message.replies.filter(({ from }) => from === 'bot').map(wordsOf),
    offers: (what, name) => buttonsIn(message.card ?? {}).some(isButton(what, name)),
    async press(person, what, name) {
      const before = shown(person, 'invoke').length
      const click = { on: message, verb: `reclaim_${what}`, pick: isButton(what, name) }
      acknowledged(await teams.driver.as(person).click(click))
      const [answer] = shown(person, 'invoke').slice(before)
      if (answer === undefined) throw new Error(`${person} is shown nothing as the answer to the click.`)
      return answer
    },
    async copy() {
      const id = await postAsBot(teams, message.card ?? {})
      const posted = teams.messages().find(each => each.id === id)
      if (!posted) throw new Error('The copy was not posted.')
      return seen(posted)
    },
  })

  const { faults } = teams
  return {
    platform: 'teams',
    messages: async () => roots().map(seen),
    everybodyReads: async () =>
      teams
        .messages()
        .flatMap(message => [message, ...message.replies])
        .map(wordsOf)
        .join('\n'),
    shownTo: person => shown(person),
    async command(person, words) {
      const [before, hintsBefore] = [shown(person, 'personal').length, hints(teams)]
      const [, line = words, name] = /^(.*\s)@(\w+)$/.exec(words) ?? []
      const mentioned = people.find(each => each.name === name)
      acknowledged(
        mentioned
          ? await sayMentioning(teams, person, `reclaim ${line}`, mentioned)
          : await teams.driver.as(person).say(`reclaim ${line}`),
      )
      const answer = await answerTo(person, () => shown(person, 'personal'), before)
      await eventually(() =>
        expect(hints(teams), 'the channel hears where the answer is').toBe(hintsBefore + 1),
      )
      return answer
    },
    leave: person => teams.change(person, { memberOfTeam: false }),
    trouble: {
      losesAnswers: (to, times) =>
        faults.add({ operation: to === 'posts' ? 'create' : 'reply', kind: 'reset_after', times }),
      refusesMessage: () =>
        faults.add({ operation: 'create', kind: 'error', status: 400, code: 'BadSyntax' }),
      asksForPatience: times => faults.add({ operation: 'reply', kind: '429', retryAfterSeconds: 30, times }),
      knowsNobody: () => faults.add({ operation: 'members', kind: '500' }),
    },
  }
}

/** How often a thread was told, in place of the answer, that it is elsewhere. */
const hints = (teams: TeamsTenant) =>
  teams
    .messages()
    .flatMap(({ replies }) => replies)
    .filter(reply => wordsOf(reply) === 'The answer is in your chat with me.').length

/** A button's tooltip names the account that it stands beside. */
function isButton(what: Press, name: string): (button: Button) => boolean {
  return ({ verb, element }) => verb === `reclaim_${what}` && stringOf(element.tooltip).endsWith(`: ${name}`)
}

/** The words of a message as a reader sees them, one line an element; buttons have none. */
export function wordsOf({ text, card }: { text: string; card: JsonObject | null }): string {
  return [text, ...objectsOf(card?.body).map(lineOf)].filter(Boolean).join('\n')
}

function lineOf(element: JsonObject): string {
  if (element.type === 'TextBlock') return withoutMarkdown(stringOf(element.text))
  return objectsOf(element.inlines)
    .map(({ text }) => stringOf(text))
    .join('')
}

const withoutMarkdown = (text: string) =>
  text
    .replace(/<at>(.*?)<\/at>/g, '$1')
    .replace(/\\(.)/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const textBlocksIn = ({ card }: ShownMessage) =>
  objectsOf(card?.body).flatMap(({ type, text }) => (type === 'TextBlock' ? [stringOf(text)] : []))

/** A mention calls somebody only where its text stands in the card, too. */
function calledIn(message: ShownMessage): string[] {
  const texts = textBlocksIn(message).join('\n')
  return objectsOf(objectOf(message.card?.msteams)?.entities)
    .filter(({ text }) => texts.includes(stringOf(text)))
    .map(({ mentioned }) => stringOf(objectOf(mentioned)?.id))
}
