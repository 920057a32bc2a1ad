import { checkElement } from './elements.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'
import type { Report } from './report.ts'

/** Where a block stands, and where to complain. */
export interface BlockPlace {
  surface: 'message' | 'view'
  /** JSON pointer of the block. */
  at: string
  report: Report
}

/** Slack docs, "Blocks" and "Text object": the number of characters or items allowed. */
const LIMITS = {
  blockId: 255,
  sectionText: 3_000,
  sectionFields: 10,
  sectionField: 2_000,
  header: 150,
  contextElements: 10,
  contextText: 3_000,
  actions: 25,
  contextActions: 5,
  url: 3_000,
  altText: 2_000,
  label: 2_000,
  markdown: 12_000,
  tableRows: 100,
  tableColumns: 20,
} as const

const EVERYWHERE = ['section', 'header', 'divider', 'image', 'context', 'actions', 'input', 'rich_text']
/** Known blocks of each surface; blocks that Slack still rolls out are refused like unknown ones. */
const KNOWN = {
  message: new Set([...EVERYWHERE, 'table', 'markdown', 'video', 'file', 'context_actions']),
  view: new Set([...EVERYWHERE, 'alert', 'video']),
}

/** Complains about all that Slack would refuse in one block of a message or a view. */
export function checkBlock(block: JsonObject, place: BlockPlace): void {
  const { surface, at, report } = place
  const type = stringOf(block.type)
  if (!KNOWN[surface].has(type)) {
    report.add(`unsupported type: ${type}`, `${at}/type`)
    return
  }
  report.length(block.block_id, LIMITS.blockId, `${at}/block_id`)
  CHECKS[type]?.(block, place)
}

const CHECKS: Record<string, (block: JsonObject, place: BlockPlace) => void> = {
  section: checkSection,
  header: (block, { at, report }) =>
    report.text(block.text, { max: LIMITS.header, plain: true, at: `${at}/text` }),
  image: (block, { at, report }) => {
    report.length(block.image_url, LIMITS.url, `${at}/image_url`)
    if (stringOf(block.alt_text) === '') report.add('missing required field: alt_text', at)
    report.length(block.alt_text, LIMITS.altText, `${at}/alt_text`)
  },
  context: checkContext,
  actions: (block, { at, report }) => checkElements(block, LIMITS.actions, { at, report }),
  context_actions: (block, { at, report }) => checkElements(block, LIMITS.contextActions, { at, report }),
  input: (block, { at, report }) => {
    report.text(block.label, { max: LIMITS.label, plain: true, at: `${at}/label` })
    if (block.hint !== undefined) {
      report.text(block.hint, { max: LIMITS.label, plain: true, at: `${at}/hint` })
    }
    checkElement(objectOf(block.element) ?? {}, `${at}/element`, report)
  },
  markdown: (block, { at, report }) => report.length(block.text, LIMITS.markdown, `${at}/text`),
  rich_text: checkRichText,
  table: checkTable,
}

function checkSection(block: JsonObject, { at, report }: BlockPlace): void {
  if (block.text === undefined && block.fields === undefined) {
    report.add('must define either `fields` or `text`', at)
    return
  }
  if (block.text !== undefined) {
    report.text(block.text, { max: LIMITS.sectionText, plain: false, at: `${at}/text` })
  }
  const fields = objectsOf(block.fields)
  report.count(fields, LIMITS.sectionFields, `${at}/fields`)
  for (const [index, field] of fields.entries()) {
    report.text(field, { max: LIMITS.sectionField, plain: false, at: `${at}/fields/${index}` })
  }
  const accessory = objectOf(block.accessory)
  if (accessory !== undefined) checkElement(accessory, `${at}/accessory`, report)
}

function checkContext(block: JsonObject, { at, report }: BlockPlace): void {
  const elements = objectsOf(block.elements)
  if (elements.length === 0) report.add('missing required field: elements', at)
  report.count(elements, LIMITS.contextElements, `${at}/elements`)
  for (const [index, element] of elements.entries()) {
    if (element.type === 'image') continue
    report.text(element, { max: LIMITS.contextText, plain: false, at: `${at}/elements/${index}` })
  }
}

function checkElements(block: JsonObject, max: number, { at, report }: Omit<BlockPlace, 'surface'>): void {
  const elements = objectsOf(block.elements)
  if (elements.length === 0) report.add('missing required field: elements', at)
  report.count(elements, max, `${at}/elements`)
  const actionIds = elements.map(element => stringOf(element.action_id))
  for (const [index, element] of elements.entries()) {
    checkElement(element, `${at}/elements/${index}`, report)
    const id = actionIds[index]
    if (id !== undefined && id !== '' && actionIds.indexOf(id) !== index) {
      report.add('action_id already exists for another element', `${at}/elements/${index}/action_id`)
    }
  }
}

/** Slack refuses a rich text block without elements and a text element without characters. */
function checkRichText(block: JsonObject, { at, report }: Omit<BlockPlace, 'surface'>): void {
  const elements = objectsOf(block.elements)
  if (elements.length === 0) report.add('missing required field: elements', at)
  for (const [index, element] of elements.entries()) {
    const pointer = `${at}/elements/${index}`
    if (element.type === 'text' && stringOf(element.text) === '') {
      report.add('must be more than 0 characters', `${pointer}/text`)
    }
    if (Array.isArray(element.elements)) checkRichText(element, { at: pointer, report })
  }
}

/** Slack docs, "Table block": 100 rows, 20 columns; cells hold raw or rich text, so never buttons. */
function checkTable(block: JsonObject, { at, report }: BlockPlace): void {
  const rows = Array.isArray(block.rows) ? block.rows : []
  report.count(rows, LIMITS.tableRows, `${at}/rows`)
  for (const [row, cells] of rows.entries()) {
    report.count(objectsOf(cells), LIMITS.tableColumns, `${at}/rows/${row}`)
    for (const [column, cell] of objectsOf(cells).entries()) {
      if (['raw_text', 'raw_number', 'rich_text'].includes(stringOf(cell.type))) continue
      report.add(`unsupported type: ${stringOf(cell.type)}`, `${at}/rows/${row}/${column}/type`)
    }
  }
}

/** Every text that a reader sees in blocks, however deep. */
export function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  const object = objectOf(value)
  if (object === undefined) return []
  return Object.entries(object).flatMap(([key, member]) =>
    key === 'text' && typeof member === 'string' ? [member] : textsOf(member),
  )
}
