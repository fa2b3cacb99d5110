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

  const bubble = (kind, text, by) => {
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
    list.append(item)
    follow()
    return { by, content, item }
  }

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
      list.replaceChildren()
      partial = undefined
      for (const { role, content, name } of messages) {
        if (role === "human") bubble("user", content)
        else if (role === "ai") bubble("character", content, name)
      }
      current = undefined
      following = true
      follow()
    },
    isEmpty: () => list.childElementCount === 0
  }
}
