/** Whom one can act as on the page, and what part they have. */
export const PARTS = [
  { person: 'nora', name: 'Nora', part: 'licence manager' },
  { person: 'dana', name: 'Dana', part: 'manager of five' },
  { person: 'priya', name: 'Priya', part: 'manager of three' },
  { person: 'tomas', name: 'Tomás', part: 'manager of three' },
  { person: 'ada', name: 'Ada', part: "nobody's manager" },
  { person: 'gus', name: 'Gus', part: 'guest' },
] as const

export type Person = (typeof PARTS)[number]['person']

/** Who acts when the page is opened: the first manager whom the play is about. */
export const FIRST: Person = 'dana'

export function isPerson(name: string | null): name is Person {
  return PARTS.some(({ person }) => person === name)
}
