import type { MessageContent } from '../reclaim/ports.ts'
import { listCard } from './candidate-view.ts'
import { headerCard, noticeCard } from './run-view.ts'
import type { Card, ViewSettings } from './view.ts'

/** A root message of the bot's channel, in its present state. */
export function messageCard(content: MessageContent, settings: ViewSettings): Card {
  switch (content.kind) {
    case 'header':
      return headerCard(content.run, content.withoutManager, settings)
    case 'list':
      return listCard(content, settings)
    case 'notice':
      return noticeCard(content.notice, settings)
  }
}
