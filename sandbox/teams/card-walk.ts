import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'

/** An element or action where it stands in a card. */
export interface Part {
  kind: 'element' | 'action'
  /** Its `type`; one that goes without saying is filled in. */
  type: string
  value: JsonObject
  /** A JSON pointer into the card. */
  at: string
  /** Shown only to clients that do not know what it stands in for. */
  inFallback: boolean
}

/** Where children are, and what they are if they do not say so (Adaptive Cards schema: their `type` is optional). */
const CHILDREN: readonly { key: string; kind: Part['kind']; type?: string; of?: string }[] = [
  { key: 'body', kind: 'element' },
  { key: 'items', kind: 'element' },
  { key: 'columns', kind: 'element', type: 'Column', of: 'ColumnSet' },
  { key: 'rows', kind: 'element', type: 'TableRow', of: 'Table' },
  { key: 'cells', kind: 'element', type: 'TableCell', of: 'TableRow' },
  { key: 'images', kind: 'element', type: 'Image', of: 'ImageSet' },
  { key: 'pages', kind: 'element', type: 'CarouselPage', of: 'Carousel' },
  { key: 'inlines', kind: 'element' },
  { key: 'actions', kind: 'action' },
  { key: 'selectAction', kind: 'action' },
  { key: 'inlineAction', kind: 'action' },
]

/** Every element and action of a card, in reading order, with those in shown cards and in fallbacks. */
export function partsOf(card: JsonObject): Part[] {
  const refresh = objectOf(objectOf(card.refresh)?.action)
  return [
    ...childrenOf(card, 'AdaptiveCard', '', false),
    ...(refresh ? partAndChildren(refresh, 'action', '', '/refresh/action', false) : []),
  ]
}

function childrenOf(parent: JsonObject, type: string, at: string, inFallback: boolean): Part[] {
  const listed = CHILDREN.filter(({ of }) => of === undefined || of === type).flatMap(
    ({ key, kind, type: implied }) => {
      const child = parent[key]
      const several = Array.isArray(child)
      return objectsOf(several ? child : [child]).flatMap(value => {
        const place = several ? `${at}/${key}/${child.indexOf(value)}` : `${at}/${key}`
        return partAndChildren(value, kind, implied ?? '', place, inFallback)
      })
    },
  )
  const card = objectOf(parent.card)
  return card ? [...listed, ...childrenOf(card, 'AdaptiveCard', `${at}/card`, inFallback)] : listed
}

function partAndChildren(
  value: JsonObject,
  kind: Part['kind'],
  implied: string,
  at: string,
  inFallback: boolean,
): Part[] {
  const type = stringOf(value.type) || implied
  const fallback = objectOf(value.fallback)
  return [
    { kind, type, value, at, inFallback },
    ...childrenOf(value, type, at, inFallback),
    ...(fallback ? partAndChildren(fallback, kind, implied, `${at}/fallback`, true) : []),
  ]
}
