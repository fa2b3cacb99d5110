import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

const step = 50
/** More than these are found by searching only. */
const most = 500
/** Typing pauses for so long, in ms, before what was typed is looked for. */
const pause = 250

const button = (className, text, label, onClick) => {
  const element = document.createElement("button")
  element.type = "button"
  element.className = className
  element.textContent = text
  if (label) element.setAttribute("aria-label", label)
  element.addEventListener("click", onClick)
  return element
}

/** The list of earlier conversations, or of messages in which something was found. */
export const createHistories = ({ send, onOpen, onDelete }) => {
  const list = byId("histories")
  const search = byId("search")
  const more = byId("more")
  let current
  let wanted = step
  let timer

  const sought = () => search.value.trim()

  const mark = () => {
    for (const element of list.querySelectorAll(".open")) {
      element.setAttribute("aria-current", String(element.dataset.uid === current))
    }
  }

  const opener = (uid, text, timestamp) => {
    const open = button("open", "", "", () => onOpen(uid))
    open.dataset.uid = uid
    const preview = document.createElement("span")
    preview.textContent = text
    const time = document.createElement("time")
    time.dateTime = timestamp ?? ""
    time.textContent = timestamp ? new Date(timestamp).toLocaleString() : ""
    open.append(preview, time)
    return open
  }

  const rename = (uid, before) => {
    const title = prompt(say("A title for this conversation (empty: none):"), before)
    if (title !== null) send({ type: "rename-history", history_uid: uid, title })
  }

  const row = ({ uid, latest_message, timestamp, title }) => {
    const text = title ?? latest_message?.content ?? ""
    const item = document.createElement("li")
    item.append(
      opener(uid, text, timestamp),
      button("rename", "✎", say("Name conversation: {text}", { text: text.slice(0, 40) }), () =>
        rename(uid, title ?? "")
      ),
      button("delete", "✕", say("Delete conversation: {text}", { text: text.slice(0, 40) }), () =>
        onDelete(uid)
      )
    )
    return item
  }

  const match = ({ uid, excerpt, timestamp, title }) => {
    const item = document.createElement("li")
    item.append(opener(uid, title === undefined ? excerpt : `${title}: ${excerpt}`, timestamp))
    return item
  }

  const fill = (items, hasMore) => {
    list.replaceChildren(...items)
    more.hidden = !hasMore || wanted >= most
    mark()
  }

  const fetch = () => {
    if (sought() === "") send({ type: "fetch-history-list", limit: wanted })
    else send({ type: "search-histories", text: sought().slice(0, 200), limit: wanted })
  }

  search.addEventListener("input", () => {
    wanted = step
    clearTimeout(timer)
    timer = setTimeout(fetch, pause)
  })
  more.addEventListener("click", () => {
    wanted = Math.min(most, wanted + step)
    fetch()
  })

  return {
    /** Asks anew for what is shown. */
    fetch,
    show: ({ histories, more = false }) => {
      if (sought() === "") fill(histories.map(row), more)
    },
    /** An answer to what has been typed over meanwhile is none. */
    showMatches: ({ text, results, more }) => {
      if (text === sought().slice(0, 200).trim()) fill(results.map(match), more)
    },
    setCurrent: (uid) => {
      current = uid
      mark()
    },
    current: () => current
  }
}
