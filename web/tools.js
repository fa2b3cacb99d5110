const byId = (id) => document.getElementById(id)

const states = { running: "is running", completed: "is done", error: "failed" }

/** Longest part of a result that is shown, in characters. */
const longest = 200

const picture = ({ data }) => {
  const image = document.createElement("img")
  image.src = data
  image.alt = "A picture that the tool has made"
  return image
}

/**
 * Shows what tools do, and asks the person before one is called that wants it. `answer` is told the id of the call and
 * whether it is allowed.
 */
export const createTools = (answer) => {
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
    status: ({ tool_name, status, content, images }) => {
      const detail = status === "running" ? "" : `: ${content.slice(0, longest)}`
      byId("tools").textContent = `${tool_name} ${states[status] ?? status}${detail}`
      byId("tool-pictures").replaceChildren(...(images ?? []).map(picture))
    },
    ask: ({ tool_id, tool_name, name, arguments: input, expires_in }) => {
      // One question at a time: another one has come, so the answer to this one is no.
      decide(false)
      asked = tool_id
      expiry = setTimeout(withdraw, expires_in * 1000)
      byId("consent-text").textContent =
        `${name} wants to use the tool ${tool_name} with ${JSON.stringify(input)}.`
      byId("consent").hidden = false
      byId("allow").focus()
    },
    withdraw,
    clear: () => {
      withdraw()
      byId("tools").textContent = ""
      byId("tool-pictures").replaceChildren()
    }
  }
}
