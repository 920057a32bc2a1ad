import { z } from 'zod'
import { Undeliverable } from '../../reclaim/ports.ts'
import type { Cloud } from './cloud.ts'
import { failureOf, type Http, jsonOf, noAnswer } from './http.ts'
import { GRAPH, type Tokens } from './tokens.ts'

/** What a card of ours is found by: the id of its first element. */
export const markOf = (key: string): string => `reclaim-${key}`

const PAGES_SEARCHED = 5

const page = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      attachments: z.array(z.object({ content: z.string().nullish() })).nullish(),
    }),
  ),
  '@odata.nextLink': z.url().optional(),
})

export type ChannelReader = {
  /**
   * The root message of the channel whose card carries a mark; `null` = there is none.
   * @throws Undeliverable when the app may not read the channel: then nobody can tell.
   */
  findRoot(mark: string): Promise<string | null>
  /** The marks of the cards in a thread that begin with `prefix`. */
  marksIn(root: string, prefix: string): Promise<string[]>
}

/**
 * Reads the bot's own messages back, which the connector cannot. Needs the permission ChannelMessage.Read.Group, given
 * for this team alone when the app is added (Microsoft Graph docs, "List channel messages", "List replies").
 */
export function createChannelReader(
  { team, channel }: { team: string; channel: string },
  { cloud, http, tokens }: { cloud: Cloud; http: Http; tokens: Tokens },
): ChannelReader {
  const messages = `${GRAPH}/v1.0/teams/${team}/channels/${encodeURIComponent(channel)}/messages`

  async function* cardsAt(path: string) {
    let next: string | undefined = cloud.locate(`${path}?$top=50`)
    const { origin } = new URL(next)
    for (let pages = 0; next && pages < PAGES_SEARCHED; pages++) {
      const token = await tokens.tokenFor(GRAPH)
      const answer = await http.send({
        method: 'GET',
        url: next,
        headers: { authorization: `Bearer ${token}` },
      })
      if (answer.status === 403) throw new Undeliverable(NOT_ALLOWED)
      if (answer.status !== 200) throw failureOf(answer)
      const { data } = page.safeParse(jsonOf(answer))
      if (!data) throw noAnswer(answer.status)
      const { value, '@odata.nextLink': link } = data
      for (const { id, attachments } of value)
        for (const { content } of attachments ?? []) if (content) yield { id, content }
      // The token goes nowhere else, wherever a link may lead; and without the rest nobody can tell.
      if (link && new URL(link).origin !== origin) throw noAnswer(answer.status)
      next = link
    }
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
  }
}

const NOT_ALLOWED =
  'It cannot be found out whether a message arrived: the app may not read the channel in Microsoft Teams. Add the app to the team again and consent to ChannelMessage.Read.Group.'
