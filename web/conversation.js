const byId = (id) => document.getElementById(id)

const unspaced = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303f\uff00-\uffef]`
const joinsWithoutSpace = [
  new RegExp(String.raw`(^|[\s(]|${unspaced})$`, "u"),
  new RegExp(String.raw`^([\s)]|${unspaced}|$)`, "u")
]

/** Joins two sentences as they are written: with a space, where the script uses spaces. */
export const joinSentences = (before, next) =>
  joinsWithoutSpace[0].test(before) || joinsWithoutSpace[1].test(next) ? before + next : `${before} ${next}`

/** The bubbles. */
export const createMessages = () => {
  const list = byId("messages")
  let current
  // The reader follows the conversation unless they have scrolled up.
  let following = true

  const follow = () => {
    if (following) list.scrollTop = list.scrollHeight
  }
  list.addEventListener("scroll", () => {
    following = list.scrollHeight - list.scrollTop - list.clientHeight < 60
  })
  new ResizeObserver(follow).observe(list)

  const newBubble = (kind, text, by) => {
    const item = document.createElement("li")
    item.className = `bubble ${kind}`
    if (by) {
      const label = document.createElement("span")
      label.className = "by"
      label.textContent = by
      item.append(label)
    }
    const content = document.createElement("span")
    content.className = "content"
    content.textContent = text
    item.append(content)
    return { by, content, item }
  }

  const bubble = (...what) => {
    const added = newBubble(...what)
    list.append(added.item)
    follow()
    return added
  }

  const stored = ({ role, content, name }) =>
    role === "human" ? newBubble("user", content).item : newBubble("character", content, name).item

  let partial
  const dropPartial = () => {
    partial?.item.remove()
    partial = undefined
  }

  return {
    user: (text) => {
      current = undefined
      dropPartial()
      bubble("user", text)
    },
    /** What has been understood so far of what the user is saying; `user` takes its place. */
    partial: (text) => {
      current = undefined
      partial ??= bubble("user partial", "")
      // Read aloud is what it becomes in the end.
      partial.item.setAttribute("aria-hidden", "true")
      partial.content.textContent = text
      follow()
    },
    dropPartial,
    /** Adds to the character's bubble, or opens one if there is none or somebody else spoke. */
    character: (text, by) => {
      if (current === undefined || current.by !== by) {
        current = bubble("character", text, by)
        return
      }
      current.content.textContent = joinSentences(current.content.textContent, text)
      follow()
    },
    endBubble: () => {
      current = undefined
    },
    replace: (messages) => {
      list.replaceChildren(...messages.map(stored))
      partial = undefined
      current = undefined
      following = true
      follow()
    },
    /** Adds earlier ones; what is being read stays where it is. */
    prepend: (messages) => {
      const below = list.scrollHeight - list.scrollTop
      list.prepend(...messages.map(stored))
      list.scrollTop = list.scrollHeight - below
    },
    isEmpty: () => list.childElementCount === 0
  }
}
