/** Elements of Adaptive Cards 1.5. Source: adaptivecards.io, Schema Explorer. */
const ELEMENTS = [
  'ActionSet',
  'Column',
  'ColumnSet',
  'Container',
  'FactSet',
  'Image',
  'ImageSet',
  'Input.ChoiceSet',
  'Input.Date',
  'Input.Number',
  'Input.Text',
  'Input.Time',
  'Input.Toggle',
  'Media',
  'RichTextBlock',
  'Table',
  'TableCell',
  'TableRow',
  'TextBlock',
  'TextRun',
]

/** What Teams shows beyond them. Source: the types of `@microsoft/teams.cards` 2. */
const TEAMS_ELEMENTS = [
  'Badge',
  'Carousel',
  'CarouselPage',
  'Chart.Donut',
  'Chart.Gauge',
  'Chart.HorizontalBar',
  'Chart.HorizontalBar.Stacked',
  'Chart.Line',
  'Chart.Pie',
  'Chart.VerticalBar',
  'Chart.VerticalBar.Grouped',
  'CodeBlock',
  'Component',
  'CompoundButton',
  'Icon',
  'IconRun',
  'ImageRun',
  'Input.Rating',
  'ProgressBar',
  'ProgressRing',
  'Rating',
]

/** Teams takes no Action.Http; source: Teams docs, "Types of cards", Adaptive Card. */
const ACTIONS = [
  'Action.Execute',
  'Action.OpenUrl',
  'Action.ShowCard',
  'Action.Submit',
  'Action.ToggleVisibility',
]

const TEAMS_ACTIONS = ['Action.InsertImage', 'Action.OpenUrlDialog', 'Action.Popover', 'Action.ResetInputs']

const KNOWN = {
  element: new Set([...ELEMENTS, ...TEAMS_ELEMENTS]),
  action: new Set([...ACTIONS, ...TEAMS_ACTIONS]),
}

/** Whether Teams knows this type. */
export function isKnown(kind: 'element' | 'action', type: string): boolean {
  return KNOWN[kind].has(type)
}
