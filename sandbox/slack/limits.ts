import { checkBlock, textsOf } from './blocks.ts'
import { type JsonObject, jsonArgument, objectOf, objectsOf, stringOf } from './json.ts'
import { codePoints, complaints, type Report } from './report.ts'

/**
 * How much a message or a view may hold (Slack docs, "Blocks": 50 in a message, 100 in a modal or home tab;
 * chat.update, errors: msg_too_long; views.open, errors: view_too_large).
 * `allText` is not documented: Slack has refused messages of 11,341 characters with msg_blocks_too_long, so the
 * stand-in is stricter than Slack on purpose.
 */
const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  allText: 9_000,
  updateText: 4_000,
  viewBytes: 250_000,
  viewTitle: 24,
  privateMetadata: 3_000,
  callbackId: 255,
} as const

const WITH_BLOCKS = new Set(['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'response_url'])
const WITH_VIEW = new Set(['views.open', 'views.update', 'views.push', 'views.publish'])

/**
 * What Slack would answer because the content breaks a limit, or undefined if it would take it.
 * `method` is a Web API method or `response_url`. Blocks are `invalid_blocks` with `errors` and
 * `response_metadata.messages`; the same faults in a view are `invalid_arguments` with messages alone.
 */
export function refusal(method: string, args: JsonObject): JsonObject | undefined {
  if (WITH_VIEW.has(method)) return viewRefusal(jsonArgument(args.view))
  if (!WITH_BLOCKS.has(method)) return undefined
  if (method === 'chat.update' && codePoints(stringOf(args.text)) > LIMITS.updateText) {
    return refused('msg_too_long')
  }
  return metadataRefusal(args.metadata) ?? blocksRefusal(args.blocks)
}

function refused(error: string): JsonObject {
  return { ok: false, error }
}

/** Slack docs, "Message metadata": an event_type and an event_payload object, both required. */
function metadataRefusal(given: unknown): JsonObject | undefined {
  if (given === undefined || given === '') return undefined
  const metadata = objectOf(jsonArgument(given))
  if (metadata === undefined) return refused('invalid_metadata_format')
  const removal = Object.keys(metadata).length === 0
  const complete = stringOf(metadata.event_type) !== '' && objectOf(metadata.event_payload) !== undefined
  return removal || complete ? undefined : refused('invalid_metadata_schema')
}

function blocksRefusal(given: unknown): JsonObject | undefined {
  if (given === undefined || given === '') return undefined
  const blocks = jsonArgument(given)
  if (!Array.isArray(blocks) || objectsOf(blocks).length !== blocks.length) {
    return refused('invalid_blocks_format')
  }
  const { found, report } = complaints()
  checkBlocks(objectsOf(blocks), { surface: 'message', at: '/blocks', report })
  if (found.length > 0) {
    const messages = found.map(message => `[ERROR] ${message}`)
    return { ok: false, error: 'invalid_blocks', errors: found, response_metadata: { messages } }
  }
  const length = textsOf(blocks).reduce((sum, text) => sum + codePoints(text), 0)
  return length > LIMITS.allText ? refused('msg_blocks_too_long') : undefined
}

function viewRefusal(given: unknown): JsonObject | undefined {
  const view = objectOf(given)
  if (view === undefined) return undefined
  if (Buffer.byteLength(JSON.stringify(view)) > LIMITS.viewBytes) return refused('view_too_large')
  const { found, report } = complaints()
  for (const part of ['title', 'submit', 'close']) {
    const text = objectOf(view[part])
    if (text !== undefined) report.text(text, { max: LIMITS.viewTitle, plain: true, at: `/view/${part}` })
  }
  report.length(view.private_metadata, LIMITS.privateMetadata, '/view/private_metadata')
  report.length(view.callback_id, LIMITS.callbackId, '/view/callback_id')
  checkBlocks(objectsOf(view.blocks), { surface: 'view', at: '/view/blocks', report })
  if (found.length === 0) return undefined
  const messages = found.map(message => `[ERROR] ${message}`)
  return { ok: false, error: 'invalid_arguments', response_metadata: { messages } }
}

function checkBlocks(
  blocks: readonly JsonObject[],
  { surface, at, report }: { surface: 'message' | 'view'; at: string; report: Report },
) {
  report.count(blocks, surface === 'message' ? LIMITS.messageBlocks : LIMITS.viewBlocks, at)
  const blockIds = blocks.map(block => stringOf(block.block_id))
  for (const [index, block] of blocks.entries()) {
    checkBlock(block, { surface, at: `${at}/${index}`, report })
    const id = stringOf(block.block_id)
    if (id !== '' && blockIds.indexOf(id) !== index) {
      report.add('block_id already exists for another block', `${at}/${index}/block_id`)
    }
  }
  if (blocks.filter(block => block.type === 'table').length > 1) {
    report.add('only one table block is allowed per message', at)
  }
}
