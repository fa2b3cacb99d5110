import { connect } from "./connection.js"
import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

const show = (error) => {
  byId("speak-error").textContent = error
  byId("speak-error").hidden = error === ""
}

/** Whether a text is being spoken; and the sounds that wait for the one before to end. */
let waiting = false
let sounds = []

const setWaiting = (now) => {
  waiting = now
  byId("speak-state").textContent = now ? say("Speaking…") : ""
  showButton()
}

let connected = false
const showButton = () => {
  byId("say").disabled = waiting || !connected
}

/** Plays each sentence when the one before has ended, unless the listener has taken over. */
const playInTurn = (audio) => {
  const before = sounds.at(-1)
  sounds.push(audio)
  const play = () => void audio.play().catch(() => {})
  if (before === undefined || before.ended) return play()
  before.addEventListener("ended", play, { once: true })
}

const addSentence = ({ audioPath, text }) => {
  const item = document.createElement("li")
  const content = document.createElement("p")
  content.textContent = text
  const row = document.createElement("div")
  row.className = "row"
  const audio = document.createElement("audio")
  audio.controls = true
  audio.preload = "auto"
  audio.src = audioPath
  audio.setAttribute("aria-label", text)
  audio.addEventListener("error", () => {
    content.textContent = say("{text} (this sound is no longer kept: speak the text again)", { text })
  })
  const link = document.createElement("a")
  link.href = audioPath
  link.download = `sentence-${byId("sentences").childElementCount + 1}.wav`
  link.textContent = say("Download")
  link.setAttribute("aria-label", say("Download: {text}", { text }))
  row.append(audio, link)
  item.append(content, row)
  byId("sentences").append(item)
  playInTurn(audio)
}

const onMessage = (message) => {
  if (message.status === "partial") return addSentence(message)
  if (message.status === "error") show(message.message)
  setWaiting(false)
}

const stopSounds = () => {
  for (const audio of sounds) audio.pause()
  sounds = []
}

export const start = () => {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:"
  const { send } = connect(`${scheme}//${location.host}/tts-ws`, {
    onState: (state) => {
      const status = byId("status")
      status.dataset.connection = state
      status.textContent =
        { connecting: say("Connecting…"), open: say("Connected") }[state] ??
        say("Connection lost, trying again")
      connected = state === "open"
      if (state === "closed" && waiting) {
        setWaiting(false)
        show(say("The connection was lost before all was spoken."))
      }
      showButton()
    },
    onMessage
  })
  byId("speak").addEventListener("submit", (event) => {
    event.preventDefault()
    if (byId("say").disabled) return
    const text = byId("text").value
    stopSounds()
    byId("sentences").replaceChildren()
    show("")
    if (send({ text })) setWaiting(true)
  })
  byId("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("speak").requestSubmit()
  })
}
