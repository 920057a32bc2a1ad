import { z } from 'zod'
import { Undeliverable } from '../../reclaim/ports.ts'
import type { Cloud } from './cloud.ts'
import { failureOf, type Http, jsonOf, noAnswer } from './http.ts'
import { GRAPH, type Tokens } from './tokens.ts'

const PAGES_SEARCHED = 5

const page = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      from: z.object({ application: z.object({ id: z.string() }).nullish() }).nullish(),
      attachments: z.array(z.object({ content: z.string().nullish() })).nullish(),
    }),
  ),
  '@odata.nextLink': z.url().optional(),
})

export type ChannelReader = {
  /**
   * The root message of the channel whose card carries a mark; `null` = there is none.
   * @throws Undeliverable when that cannot be told: the app may not read the channel, or too much was written since.
   */
  findRoot(mark: string): Promise<string | null>
  /** The marks of the cards in a thread that begin with `prefix`. */
  marksIn(root: string, prefix: string): Promise<string[]>
  /** @throws Undeliverable when the app may not read the channel. */
  tryReading(): Promise<void>
}

/**
 * Reads the bot's own messages back, which the connector cannot. Needs the permission ChannelMessage.Read.Group, given
 * for this team alone when the app is added (Microsoft Graph docs, "List channel messages", "List replies").
 */
export function createChannelReader(
  { appId, team, channel }: { appId: string; team: string; channel: string },
  { cloud, http, tokens }: { cloud: Cloud; http: Http; tokens: Tokens },
): ChannelReader {
  const messages = `${GRAPH}/v1.0/teams/${team}/channels/${encodeURIComponent(channel)}/messages`

  async function* cardsAt(path: string, top = 50) {
    let next: string | undefined = cloud.locate(`${path}?$top=${top}`)
    const { origin } = new URL(next)
    for (let pages = 0; next && pages < PAGES_SEARCHED; pages++) {
      const token = await tokens.tokenFor(GRAPH)
      const answer = await http.send({
        method: 'GET',
        url: next,
        headers: { authorization: `Bearer ${token}` },
      })
      // Without the right, or with another team's id, Graph will not tell however long one waits.
      if ([403, 404].includes(answer.status)) throw new Undeliverable(NOT_ALLOWED)
      if (answer.status !== 200) throw failureOf(answer)
      const { data } = page.safeParse(jsonOf(answer))
      if (!data) throw noAnswer(answer.status)
      const { value, '@odata.nextLink': link } = data
      // Anybody can post a copy of a card; it would not be ours to edit.
      for (const { id, attachments } of value.filter(({ from }) => from?.application?.id === appId))
        for (const { content } of attachments ?? []) if (content) yield { id, content }
      // The token goes nowhere else, wherever a link may lead; and without the rest nobody can tell.
      if (link && new URL(link).origin !== origin) throw noAnswer(answer.status)
      next = link
    }
    if (next) throw new Undeliverable(TOO_FAR_BACK)
  }

  return {
    async findRoot(mark) {
      for await (const { id, content } of cardsAt(messages)) if (content.includes(`"${mark}"`)) return id
      return null
    },
    async marksIn(root, prefix) {
      const marks: string[] = []
      for await (const { content } of cardsAt(`${messages}/${root}/replies`))
        marks.push(...Array.from(content.matchAll(/"(reclaim-[\w.-]+)"/g), ([, mark = '']) => mark))
      return marks.filter(mark => mark.startsWith(prefix))
    },
    async tryReading() {
      await cardsAt(messages, 1).next()
    },
  }
}

const NOT_ALLOWED =
  'It cannot be found out whether a message arrived: the app may not read the channel in Microsoft Teams. Check teams.team, add the app to the team again and consent to ChannelMessage.Read.Group.'
const TOO_FAR_BACK =
  'It cannot be found out whether a message arrived: too much was written in the channel since.'
