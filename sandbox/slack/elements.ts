import { type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'
import type { Report } from './report.ts'

/** Slack docs, "Block elements", "Confirmation dialog object" and "Option object". */
const LIMITS = {
  actionId: 255,
  buttonText: 75,
  accessibilityLabel: 75,
  value: 2_000,
  url: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  placeholder: 150,
  options: 100,
  optionText: 75,
  optionValue: 150,
} as const

/** Complains about all that Slack would refuse in one interactive element. */
export function checkElement(element: JsonObject, at: string, report: Report): void {
  const type = stringOf(element.type)
  if (type === '') {
    report.add('missing required field: type', at)
    return
  }
  report.length(element.action_id, LIMITS.actionId, `${at}/action_id`)
  if (type === 'button') checkButton(element, at, report)
  if (element.placeholder !== undefined) {
    report.text(element.placeholder, { max: LIMITS.placeholder, plain: true, at: `${at}/placeholder` })
  }
  const options = objectsOf(element.options)
  report.count(options, LIMITS.options, `${at}/options`)
  for (const [index, option] of options.entries()) {
    const pointer = `${at}/options/${index}`
    report.text(option.text, { max: LIMITS.optionText, plain: false, at: `${pointer}/text` })
    report.length(option.value, LIMITS.optionValue, `${pointer}/value`)
  }
  const confirm = objectOf(element.confirm)
  if (confirm !== undefined) checkConfirm(confirm, `${at}/confirm`, report)
}

function checkButton(button: JsonObject, at: string, report: Report): void {
  report.text(button.text, { max: LIMITS.buttonText, plain: true, at: `${at}/text` })
  report.length(button.value, LIMITS.value, `${at}/value`)
  report.length(button.url, LIMITS.url, `${at}/url`)
  report.length(button.accessibility_label, LIMITS.accessibilityLabel, `${at}/accessibility_label`)
  if (button.style !== undefined && button.style !== 'primary' && button.style !== 'danger') {
    report.add('must be a valid enum value', `${at}/style`)
  }
}

function checkConfirm(confirm: JsonObject, at: string, report: Report): void {
  report.text(confirm.title, { max: LIMITS.confirmTitle, plain: true, at: `${at}/title` })
  report.text(confirm.text, { max: LIMITS.confirmText, plain: false, at: `${at}/text` })
  report.text(confirm.confirm, { max: LIMITS.confirmButton, plain: true, at: `${at}/confirm` })
  report.text(confirm.deny, { max: LIMITS.confirmButton, plain: true, at: `${at}/deny` })
}
