import { capture } from "./capture.js"
import { writePcm } from "./pcm.js"
import { say } from "./words.js"

const byId = (id) => document.getElementById(id)

/** What can be sent of the microphone, and how many samples at once. */
const talk = { type: "mic-audio-data", size: 4096 }
const open = { type: "raw-audio-data", size: 1024 }

/** Longest recording in ms: a little less than what the server takes. */
const longest = 118_000

/** An open microphone's sound is dropped while so many bytes wait in the socket: 10 s. */
const mostWaiting = 320_000

const key = "seiyuu.open-microphone"

const remembered = () => {
  try {
    return localStorage.getItem(key) === "true"
  } catch {
    return false
  }
}

const remember = (isOpen) => {
  try {
    localStorage.setItem(key, String(isOpen))
  } catch {
    // It is chosen again next time.
  }
}

/**
 * The Talk button and the open microphone. `onBegin` when the user begins to talk by the button, `onCancel` when that is
 * given up, `onError(text)` when the microphone cannot be had or goes away.
 */
export const createEar = ({ send, sendFrame, waiting, onBegin, onCancel, onError }) => {
  /** What the microphone is in use for: `kind`, and `sound` once it has been opened. */
  let use
  let timer
  let online = false
  let binary = false
  // Whether the server may still tell of the utterance that was spoken last.
  let expected = false

  const show = () => {
    const recording = use?.kind === talk
    byId("mic").setAttribute("aria-pressed", String(recording))
    byId("mic").disabled = !online || byId("open-mic").checked
    byId("cancel").hidden = !recording
    byId("open-mic").disabled = recording
    byId("mic-state").textContent = stateOf()
  }

  const stateOf = () => {
    if (use === undefined) return ""
    if (use.sound === undefined) return say("Waiting for the microphone…")
    if (use.sound.isWaiting()) return say("Click or press a key: the browser lets no page listen before.")
    return use.kind === talk
      ? say("Recording: Talk again sends, Escape cancels.")
      : say("The microphone is open: just speak.")
  }

  const give = ({ type }, samples) => {
    if (type === open.type && waiting() > mostWaiting) return
    if (!binary) return void send({ type, audio: [...samples] })
    const frame = new DataView(new ArrayBuffer(samples.length * 2))
    writePcm(frame, 0, samples)
    sendFrame(frame)
  }

  /** Frees the microphone. What it heard last is not sent. */
  const end = () => {
    const ended = use
    use = undefined
    clearTimeout(timer)
    ended?.sound?.stop()
    show()
    return ended
  }

  const fail = (reason) => {
    if (use.kind === talk) cancel()
    else close()
    onError(reason)
  }

  const begin = async (kind) => {
    const mine = { kind, sound: undefined }
    use = mine
    if (binary) send({ type: "use-extensions", binary_audio: kind.type })
    show()
    try {
      const sound = await capture({
        size: kind.size,
        onSamples: (samples) => {
          if (use === mine) give(kind, samples)
        },
        onLost: () => {
          if (use === mine) fail(say("The microphone has gone. Connect it, and try again."))
        },
        onState: show
      })
      if (use !== mine) return sound.stop()
      mine.sound = sound
      if (kind === talk) timer = setTimeout(finish, longest)
      show()
    } catch (error) {
      if (use === mine) fail(error.message)
    }
  }

  const finish = () => {
    if (use.sound === undefined) return cancel()
    // What is left of the sound is sent on this occasion.
    use.sound.stop()
    use.sound = undefined
    end()
    send({ type: "mic-audio-end", images: [] })
  }

  const cancel = () => {
    const given = end().sound !== undefined
    expected = false
    if (given) send({ type: "mic-audio-cancel" })
    onCancel()
  }

  /** What is being said at that moment is given up. */
  const close = () => {
    byId("open-mic").checked = false
    remember(false)
    if (end()?.sound !== undefined) send({ type: "mic-audio-cancel" })
  }

  byId("mic").addEventListener("click", () => {
    if (use?.kind === talk) return finish()
    expected = true
    onBegin()
    void begin(talk)
  })
  byId("cancel").addEventListener("click", () => {
    cancel()
    byId("mic").focus()
  })
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && use?.kind === talk && !event.isComposing) cancel()
  })
  byId("open-mic").checked = remembered()
  byId("open-mic").addEventListener("change", ({ target }) => {
    if (!target.checked) return close()
    remember(true)
    if (online) void begin(open)
    else show()
  })

  return {
    /** The server has said what it understands beyond the protocol, on a new connection. */
    connected: (extensions) => {
      if (online) return
      online = true
      const format = extensions?.binary_audio
      binary = format?.format === "pcm_s16le" && format.sample_rate === 16_000
      if (extensions?.partial_transcripts) send({ type: "use-extensions", partial_transcripts: true })
      if (byId("open-mic").checked) void begin(open)
      show()
    },
    /** Nothing more can be sent. An open microphone opens again with the next connection. */
    disconnected: () => {
      online = false
      expected = false
      const lost = use?.kind === talk
      end()
      if (lost)
        onError(say("The connection was lost, and with it what you said. Talk again when it is back."))
    },
    /** The server has noticed the end of what was said into the open microphone, and has it if that is still open. */
    answer: () => {
      if (use?.kind === open) send({ type: "mic-audio-end", images: [] })
    },
    isExpected: () => expected,
    /** To be called in a user's gesture. */
    unlock: () => use?.sound?.resume()
  }
}
