import { news, notice, showConnection } from "./announcements.js"
import { createBackgrounds, createCharacters } from "./choices.js"
import { createComposer } from "./composer.js"
import { connect } from "./connection.js"
import { createMessages, joinSentences } from "./conversation.js"
import { createEar } from "./ear.js"
import { createEarlier, step } from "./earlier.js"
import { createFace } from "./face.js"
import { createHistories } from "./histories.js"
import { createPlayer } from "./player.js"
import { createTools } from "./tools.js"
import { say, sayPage } from "./words.js"

sayPage()

const byId = (id) => document.getElementById(id)
const messages = createMessages()
const face = createFace(byId("face"))

/** What the server has told about the character that answers. */
let character = { name: "", uid: "" }
/** One turn, from its start (or our sending) to its end. `heard` is the text of all sentences that started to play, `status` what was shown before the first. */
let turn = { running: false, heard: "", synthesized: false, reported: true }
// After an interruption, sentences that were already on their way are dropped until the next turn starts.
let dropping = false
let everOpened = false
let waitingForCharacter = false

const showState = () => {
  const state = player.isPlaying() ? "speaking" : turn.running ? "thinking" : "idle"
  document.body.dataset.state = state
  byId("interrupt").disabled = state === "idle"
}

const player = createPlayer({
  onStart: ({ message }) => {
    if (message === undefined) return messages.endBubble()
    const text = message.display_text
    if (text?.text) {
      messages.character(text.text, text.name)
      byId("subtitle").textContent = text.text
      turn.heard = joinSentences(turn.heard, text.text)
      if (!message.forwarded) send({ type: "audio-play-start", display_text: text, forwarded: true })
    }
    for (const expression of message.actions?.expressions ?? []) face.express(expression)
    showState()
  },
  onLevel: face.setLevel,
  onDrained: () => {
    reportPlayed()
    showState()
  }
})

/** Tells the server, once a turn, that all that it sent has been played. */
const reportPlayed = () => {
  if (!turn.synthesized || turn.reported || player.isPlaying()) return
  turn.reported = true
  send({ type: "frontend-playback-complete" })
}

const stopTurn = () => {
  player.stop()
  tools.withdraw()
  turn = { running: false, heard: "", synthesized: false, reported: true }
  messages.endBubble()
  messages.dropPartial()
  showState()
}

const interrupt = () => {
  if (document.body.dataset.state === "idle") return
  const text = turn.heard
  stopTurn()
  dropping = true
  byId("subtitle").textContent = ""
  send({ type: "interrupt-signal", text })
}

const onControl = {
  "conversation-chain-start": () => {
    player.stop()
    dropping = false
    turn = { running: true, heard: "", synthesized: false, reported: false }
    tools.clear()
    showState()
  },
  "conversation-chain-end": () => {
    turn.running = false
    messages.dropPartial()
    tools.withdraw()
    // A turn that failed has put no sentence in its place.
    if (byId("subtitle").textContent === turn.status) byId("subtitle").textContent = ""
    showState()
    histories.fetch()
  },
  // Somebody has begun to speak into the open microphone, and has stopped.
  interrupt,
  "mic-audio-end": () => ear.answer()
}

/** Takes away what was said of a turn that is not on the screen any more: the caption and the tools. */
const clearStatus = () => {
  byId("subtitle").textContent = ""
  tools.clear()
}

const startConversation = () => {
  // At once: what is said before the answer comes is part of the new one.
  messages.replace([])
  earlier.begin()
  send({ type: "create-new-history" })
}

const onMessage = {
  control: ({ text }) => onControl[text]?.(),
  "full-text": ({ text }) => {
    byId("subtitle").textContent = text
    if (turn.running) turn.status ??= text
  },
  "set-model-and-conf": ({ conf_name, conf_uid, extensions }) => {
    const same = conf_uid === character.uid
    character = { name: conf_name, uid: conf_uid }
    dropping = false
    byId("name").textContent = conf_name
    document.title = conf_name
    face.express("neutral")
    characters.mark(conf_name)
    ear.connected(extensions)
    // A server refuses what it does not know.
    const wanted = ["tool_consent", "config_changes"].filter((name) => extensions?.[name])
    if (wanted.length > 0) {
      send({ type: "use-extensions", ...Object.fromEntries(wanted.map((name) => [name, true])) })
    }
    // A changed configuration counts from here on.
    news("")
    if (!waitingForCharacter) return
    // Back after the connection was lost: go on with the conversation that is on the screen.
    waitingForCharacter = false
    const uid = histories.current()
    if (same && uid !== undefined && !messages.isEmpty()) openHistory(uid)
    else startConversation()
  },
  "user-input-partial": ({ text }) => {
    if (ear.isExpected()) messages.partial(text)
  },
  "user-input-transcription": ({ text }) => messages.user(text),
  audio: (message) => {
    if (dropping) return
    player.add({
      message,
      audio: message.audio,
      volumes: message.volumes ?? [],
      sliceLength: message.slice_length ?? 20
    })
    showState()
  },
  "backend-synth-complete": () => {
    turn.synthesized = true
    reportPlayed()
  },
  "force-new-message": () => player.add({ audio: null, volumes: [], sliceLength: 20 }),
  tool_call_status: (call) => tools.status(call),
  "tool-consent-request": (request) => {
    if (dropping) send({ type: "tool-consent", tool_id: request.tool_id, allowed: false })
    else tools.ask(request)
  },
  error: ({ message }) => {
    notice(message)
    characters.mark(character.name)
  },
  "config-changed": ({ message }) => {
    news(message)
    send({ type: "fetch-configs" })
  },
  "config-files": ({ configs }) => {
    characters.show(configs)
    characters.mark(character.name)
  },
  "config-switched": () => {
    stopTurn()
    notice("")
    histories.fetch()
    startConversation()
  },
  "background-files": ({ files }) => backgrounds.show(files),
  "history-list": (list) => histories.show(list),
  "history-search-results": (found) => histories.showMatches(found),
  "history-renamed": ({ success }) => {
    if (!success) notice(say("That conversation could not be named."))
    histories.fetch()
  },
  "history-data": (data) => {
    messages.replace(data.messages)
    earlier.begin(data.first)
    clearStatus()
  },
  "history-messages": (part) => earlier.show(part),
  "new-history-created": ({ history_uid }) => {
    dropping = false
    histories.setCurrent(history_uid)
    clearStatus()
  },
  "history-deleted": ({ success, history_uid }) => {
    if (!success) return notice(say("That conversation could not be deleted."))
    histories.fetch()
    if (history_uid === histories.current()) startConversation()
  },
  // A turn of a group that another member stopped.
  "interrupt-signal": stopTurn
}

const openHistory = (uid) => {
  interrupt()
  histories.setCurrent(uid)
  send({ type: "fetch-and-set-history", history_uid: uid, limit: step })
}

const histories = createHistories({
  send: (message) => send(message),
  onOpen: openHistory,
  onDelete: (uid) => {
    if (uid === histories.current()) interrupt()
    send({ type: "delete-history", history_uid: uid })
  }
})

const earlier = createEarlier({ send: (message) => send(message), messages, current: histories.current })

const tools = createTools((tool_id, allowed) => send({ type: "tool-consent", tool_id, allowed }))

const backgrounds = createBackgrounds()

const characters = createCharacters({
  onChoose: (file) => {
    interrupt()
    send({ type: "switch-config", file })
  }
})

const onOpen = () => {
  send({ type: "fetch-backgrounds" })
  send({ type: "fetch-configs" })
  histories.fetch()
  if (everOpened) waitingForCharacter = true
  else startConversation()
  everOpened = true
}

const connection = connect(`${location.origin.replace("http", "ws")}/client-ws`, {
  onState: (state, delay) => {
    showConnection(state, delay)
    // `send` exists once connect() has answered, which is before any socket opens.
    if (state === "open") onOpen()
    if (state !== "closed") return
    ear.disconnected()
    stopTurn()
  },
  onMessage: (message) => onMessage[message.type]?.(message)
})
const { send } = connection

const ear = createEar({
  ...connection,
  onBegin: () => {
    notice("")
    interrupt()
  },
  onCancel: messages.dropPartial,
  onError: notice
})

createComposer({
  onSend: (text) => {
    notice("")
    interrupt()
    if (!send({ type: "text-input", text, images: [] })) return false
    messages.user(text)
    return true
  }
})
byId("interrupt").addEventListener("click", interrupt)
byId("new").addEventListener("click", () => {
  interrupt()
  startConversation()
})
for (const gesture of ["pointerdown", "keydown"]) {
  addEventListener(gesture, player.unlock)
  addEventListener(gesture, ear.unlock)
}
