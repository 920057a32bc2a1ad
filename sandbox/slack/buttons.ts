import { randomBytes } from 'node:crypto'
import { type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'

/** A button where it stands. */
export interface Button {
  blockId: string
  actionId: string
  value: string
  label: string
  /** The element as stored. */
  element: JsonObject
}

/** All buttons in blocks, in reading order: accessories of sections and elements of action blocks. */
export function buttonsIn(blocks: readonly JsonObject[]): Button[] {
  return blocks.flatMap(block =>
    interactiveElements(block)
      .filter(element => element.type === 'button')
      .map(element => ({
        blockId: stringOf(block.block_id),
        actionId: stringOf(element.action_id),
        value: stringOf(element.value),
        label: stringOf(objectOf(element.text)?.text),
        element,
      })),
  )
}

/**
 * Blocks as Slack stores them: a block without `block_id` and an element without `action_id` get a made-up one
 * (Slack docs, "Blocks", block_id: "if not specified, a block_id will be generated"), and payloads of clicks name it.
 */
export function withIds(blocks: readonly JsonObject[]): JsonObject[] {
  return blocks.map(block => ({
    ...block,
    block_id: stringOf(block.block_id) || madeUpId(),
    ...(Array.isArray(block.elements) && block.type === 'actions'
      ? { elements: objectsOf(block.elements).map(withActionId) }
      : {}),
    ...(objectOf(block.accessory) ? { accessory: withActionId(objectOf(block.accessory) ?? {}) } : {}),
  }))
}

function interactiveElements(block: JsonObject): JsonObject[] {
  return [...objectsOf(block.elements), ...objectsOf([block.accessory])]
}

function withActionId(element: JsonObject): JsonObject {
  return element.type === 'image'
    ? element
    : { ...element, action_id: stringOf(element.action_id) || madeUpId() }
}

function madeUpId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}
