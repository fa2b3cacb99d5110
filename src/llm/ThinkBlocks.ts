const open = "<think>"
const close = "</think>"

/** Text that a model says or thinks. */
type Written = { readonly _tag: "Text" | "Think"; readonly text: string }

export interface ThinkBlocks<Event> {
  readonly push: (event: Event) => ReadonlyArray<Event | Written>
  /** The text has ended: answers what is left. */
  readonly flush: () => ReadonlyArray<Event | Written>
}

/**
 * Tells what a model thinks from what it says: text between `<think>` and `</think>` becomes `Think` events, without
 * the tags, however the text is cut into chunks. A block that never ends is thought to the end. Other events pass.
 */
export const make = <Event extends { readonly _tag: string }>(): ThinkBlocks<Event> => {
  let thinking = false
  let held = ""

  const emit = (out: Array<Event | Written>, text: string) => {
    if (text !== "") out.push({ _tag: thinking ? "Think" : "Text", text })
  }

  const flush = (): ReadonlyArray<Event | Written> => {
    const out: Array<Event | Written> = []
    emit(out, held)
    held = ""
    return out
  }

  const push = (event: Event): ReadonlyArray<Event | Written> => {
    if (!isText(event)) return [...flush(), event]
    const out: Array<Event | Written> = []
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

const isText = (event: { readonly _tag: string }): event is Written => event._tag === "Text"

/** How many characters at the end of `text` may be the beginning of `tag`. */
const tailThatMayBeginTag = (text: string, tag: string): number => {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
