import { record } from "./recorder.js"
import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

/** Longest recording in ms: a little less than what the server takes. */
const longest = 118_000

const show = (error) => {
  byId("hear-error").textContent = error
  byId("hear-error").hidden = error === ""
}

const state = (text) => {
  byId("hear-state").textContent = text
}

/** The upload in progress, if there is one. */
let upload

const busy = (controller) => {
  upload = controller
  byId("cancel").hidden = upload === undefined
}

const addTranscript = (text, name) => {
  const item = document.createElement("li")
  const content = document.createElement("p")
  content.className = "transcript"
  content.textContent = text === "" ? say("(nothing was recognised)") : text
  const from = document.createElement("small")
  from.textContent = name
  item.append(content, from)
  byId("transcripts").prepend(item)
}

const answerOf = async (response) => {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return { error: text.trim() || say("The server answered {status}.", { status: response.status }) }
  }
}

const transcribe = async (file, name) => {
  upload?.abort()
  const controller = new AbortController()
  busy(controller)
  show("")
  state(say("Listening to {name}…", { name }))
  const form = new FormData()
  form.append("file", file, name)
  try {
    const response = await fetch("/asr", { method: "POST", body: form, signal: controller.signal })
    const { error, text } = await answerOf(response)
    if (error === undefined) addTranscript(text, name)
    else show(error)
  } catch (error) {
    if (error.name !== "AbortError") show(say("The server could not be reached. Is it running?"))
  }
  if (upload !== controller) return
  busy(undefined)
  state("")
}

const choose = (files) => {
  if (files.length === 0) return
  void transcribe(files[0], files[0].name)
}

/** The recording in progress, or the promise of one; and what ends it in time. */
let recording
let timer

const stopRecording = async () => {
  const current = recording
  recording = undefined
  clearTimeout(timer)
  byId("record").setAttribute("aria-pressed", "false")
  byId("record").textContent = say("Record")
  state("")
  try {
    const wav = await (await current).stop()
    await transcribe(wav, "recording.wav")
  } catch (error) {
    show(error.message)
  }
}

const startRecording = async () => {
  show("")
  const mine = record()
  recording = mine
  byId("record").setAttribute("aria-pressed", "true")
  byId("record").textContent = say("Stop")
  state(say("Waiting for the microphone…"))
  try {
    await mine
    if (recording !== mine) return
    state(say("Recording…"))
    timer = setTimeout(stopRecording, longest)
  } catch {
    // Whoever stops it tells why.
    if (recording === mine) await stopRecording()
  }
}

export const start = () => {
  const drop = byId("drop")
  byId("file").addEventListener("change", ({ target }) => {
    choose(target.files)
    // The same file may be chosen again.
    target.value = ""
  })
  const over = (is) => (event) => {
    event.preventDefault()
    drop.classList.toggle("over", is)
  }
  drop.addEventListener("dragover", over(true))
  drop.addEventListener("dragleave", over(false))
  drop.addEventListener("drop", (event) => {
    over(false)(event)
    choose(event.dataTransfer.files)
  })
  byId("record").addEventListener("click", () => {
    void (recording === undefined ? startRecording() : stopRecording())
  })
  byId("cancel").addEventListener("click", () => upload?.abort())
}
