const byId = (id) => document.getElementById(id)

/** Messages of a conversation that are shown at first, and that the button adds. */
export const step = 200

/** The button for messages that come before those on the screen. */
export const createEarlier = ({ send, messages, current }) => {
  const button = byId("earlier")
  /** The place of the first message on the screen. */
  let first = 0

  const begin = (place) => {
    first = place
    if (place === 0 && document.activeElement === button) byId("messages").focus()
    button.hidden = place === 0
  }

  button.addEventListener("click", () =>
    send({ type: "fetch-history-messages", history_uid: current(), before: first, limit: step })
  )

  return {
    /** What is on the screen begins at this place; undefined: at the beginning. */
    begin: (place = 0) => begin(place),
    /** An answer that does not reach to what is on the screen is one to an earlier question. */
    show: ({ history_uid, messages: earlier, first: place }) => {
      if (history_uid !== current() || place + earlier.length !== first) return
      messages.prepend(earlier)
      begin(place)
    }
  }
}
