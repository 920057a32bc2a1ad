import type { Changes } from './changes.ts'
import { type JsonObject, objectOf, stringOf } from './json.ts'

/** A view that a person was shown: one record for each views.* call that Slack took. */
export interface ShownView {
  /** View id; the same for all records of one view. */
  id: string
  /** Slack user id of the person who sees it. */
  user: string
  /** UTC ms. */
  at: number
  /** views.open, views.push, views.update or views.publish. */
  method: string
  /** The trigger that was spent on it; null for an update or a home tab. */
  triggerId: string | null
  /** The view as stored. */
  view: JsonObject
}

/** The record of views, and who may be shown one. */
export interface Views {
  all: readonly ShownView[]
  /** Remembers whose trigger this is. */
  triggered(triggerId: string, user: string): void
  /** Takes down what a views.* call has shown. `args` are the call's, `view` is Slack's answer. */
  add(method: string, args: JsonObject, view: JsonObject): void
}

/** An empty record. */
export function createViews(now: () => number, changes: Changes): Views {
  const all: ShownView[] = []
  const users = new Map<string, string>()
  return {
    all,
    triggered: (triggerId, user) => void users.set(triggerId, user),
    add(method, args, answered) {
      const view = objectOf(answered) ?? {}
      const id = stringOf(view.id)
      const triggerId = stringOf(args.trigger_id) || null
      const user =
        users.get(triggerId ?? '') ?? all.find(shown => shown.id === id)?.user ?? stringOf(args.user_id)
      all.push({ id, user, at: now(), method, triggerId, view })
      changes.announce('views')
    },
  }
}
