import type { AgentEvent } from "../agent/Agent.ts"

const open = "<think>"
const close = "</think>"

export interface ThinkBlocks {
  readonly push: (event: AgentEvent) => ReadonlyArray<AgentEvent>
  /** The text has ended: answers what is left. */
  readonly flush: () => ReadonlyArray<AgentEvent>
}

/**
 * Tells what a model thinks from what it says: text between `<think>` and `</think>` becomes `Think` events, without
 * the tags, however the text is cut into chunks. A block that never ends is thought to the end.
 */
export const make = (): ThinkBlocks => {
  let thinking = false
  let held = ""

  const emit = (out: Array<AgentEvent>, text: string) => {
    if (text !== "") out.push({ _tag: thinking ? "Think" : "Text", text })
  }

  const flush = (): ReadonlyArray<AgentEvent> => {
    const out: Array<AgentEvent> = []
    emit(out, held)
    held = ""
    return out
  }

  const push = (event: AgentEvent): ReadonlyArray<AgentEvent> => {
    if (event._tag !== "Text") return [...flush(), event]
    const out: Array<AgentEvent> = []
    let text = held + event.text
    for (;;) {
      const tag = thinking ? close : open
      const at = text.indexOf(tag)
      if (at < 0) break
      emit(out, text.slice(0, at))
      thinking = !thinking
      text = text.slice(at + tag.length)
    }
    const keep = tailThatMayBeginTag(text, thinking ? close : open)
    emit(out, text.slice(0, text.length - keep))
    held = text.slice(text.length - keep)
    return out
  }

  return { push, flush }
}

/** How many characters at the end of `text` may be the beginning of `tag`. */
const tailThatMayBeginTag = (text: string, tag: string): number => {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
