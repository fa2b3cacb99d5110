import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

/** Shows what the user has to know, until they dismiss it; an empty text takes it away. */
export const notice = (text) => {
  byId("notice-text").textContent = text
  byId("notice").hidden = text === ""
}

byId("dismiss").addEventListener("click", () => notice(""))

/** Says by the way what is new, until it is dismissed or not new any more; an empty text takes it away. */
export const news = (text) => {
  byId("change-text").textContent = text
}

byId("dismiss-change").addEventListener("click", () => news(""))

/** Shows whether there is a connection, and lets messages be sent only then. `delay` is the time to the next try in ms. */
export const showConnection = (state, delay) => {
  const status = byId("status")
  status.dataset.connection = state
  status.textContent =
    { connecting: say("Connecting…"), open: say("Connected") }[state] ?? say("Connection lost, trying again")
  status.title =
    delay === undefined ? "" : say("Next try in {seconds} s", { seconds: Math.ceil(delay / 1000) })
  byId("send").disabled = state !== "open"
}
