import { type JsonObject, objectOf, stringOf } from '../slack/json.ts'
import { partsOf } from './card-walk.ts'

/** A button of a card: an Action.Execute. */
export interface Button {
  verb: string
  title: string
  data: JsonObject
  /** The action as posted. */
  element: JsonObject
}

/** All buttons of a card, in reading order; none of those in fallbacks. */
export function buttonsIn(card: JsonObject): Button[] {
  return partsOf(card)
    .filter(
      ({ type, inFallback, at }) => type === 'Action.Execute' && !inFallback && at !== '/refresh/action',
    )
    .map(({ value }) => ({
      verb: stringOf(value.verb),
      title: stringOf(value.title),
      data: objectOf(value.data) ?? {},
      element: value,
    }))
}
