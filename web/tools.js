import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

const states = { running: "{tool} is running", completed: "{tool} is done", error: "{tool} failed" }

/** Longest part of a result that is shown, in characters. */
const longest = 200

/** Calls that are shown at once. */
const mostLines = 8

const picture = ({ data }) => {
  const image = document.createElement("img")
  image.src = data
  image.alt = say("A picture that the tool has made")
  return image
}

/**
 * Shows what tools do, and asks the person before one is called that wants it. `answer` is told the id of the call and
 * whether it is allowed.
 */
export const createTools = (answer) => {
  /** The lines of this turn's calls, by their ids. */
  const lines = new Map()
  /** The question on the screen. */
  let asked
  let expiry

  const withdraw = () => {
    clearTimeout(expiry)
    asked = undefined
    byId("consent").hidden = true
  }

  const decide = (allowed) => {
    if (asked === undefined) return
    const id = asked
    withdraw()
    answer(id, allowed)
  }
  byId("allow").addEventListener("click", () => decide(true))
  byId("refuse").addEventListener("click", () => decide(false))

  return {
    /** One line for each call, with what it has come to. */
    status: ({ tool_id, tool_name, status, content, images }) => {
      const line = lines.get(tool_id) ?? document.createElement("li")
      lines.set(tool_id, line)
      const detail = status === "running" ? "" : `: ${content.slice(0, longest)}`
      line.textContent = `${say(states[status] ?? `{tool} ${status}`, { tool: tool_name })}${detail}`
      line.append(...(images ?? []).map(picture))
      byId("tools").append(line)
      while (byId("tools").children.length > mostLines) byId("tools").firstElementChild.remove()
    },
    ask: ({ tool_id, tool_name, name, arguments: input, expires_in }) => {
      // A question that has run out leaves its place to the next one.
      withdraw()
      asked = tool_id
      expiry = setTimeout(withdraw, expires_in * 1000)
      byId("consent-text").textContent = say("{name} wants to use the tool {tool} with {input}.", {
        name,
        tool: tool_name,
        input: JSON.stringify(input)
      })
      // The focus stays: whoever is typing must not allow it by the next key.
      byId("consent").hidden = false
    },
    withdraw,
    clear: () => {
      withdraw()
      lines.clear()
      byId("tools").replaceChildren()
    }
  }
}
