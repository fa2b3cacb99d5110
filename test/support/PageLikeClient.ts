import { Effect } from "effect"
import type { Scope } from "effect"
import type { Audio, ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as WebClient from "./WebClient.ts"

/** One turn, as the page sees it: from `conversation-chain-start` on. */
export interface SeenTurn {
  /** Texts that arrived, in order; those that the page dropped after its own interrupt are not among them. */
  readonly texts: Array<string>
  /** Kinds of what has arrived beside the sentences. */
  readonly marks: Array<string>
  interrupted: boolean
  ended: boolean
}

/** Messages that the page knows; it warns about every other. */
const known: ReadonlySet<string> = new Set(
  [
    ["control start-mic", "control conversation-chain-start", "control conversation-chain-end"],
    ["full-text", "set-model-and-conf", "user-input-transcription", "audio", "tool_call_status"],
    ["backend-synth-complete", "force-new-message", "error", "group-update", "group-operation-result"],
    ["history-list", "history-data", "new-history-created", "history-deleted"],
    ["config-files", "config-switched", "background-files", "interrupt-signal"]
  ].flat()
)

/**
 * A client with the habits of the Open-LLM-VTuber web page 1.2.1: it asks for everything as soon as its socket opens,
 * reports playback ten times a turn, and also after an interrupt, drops sentences after its own interrupt until
 * something tells it to go on, and interrupts before it types or switches. `wrong` collects what would break it.
 */
export class PageLikeClient {
  readonly turns: Array<SeenTurn> = []
  readonly wrong: Array<string> = []
  readonly errors: Array<string> = []
  /** While false, a sentence that has started to play goes on until `finish`. */
  playsThrough = true
  /** Text of the sentences of this turn that have started to play. */
  heard = ""
  history: string | undefined
  /** The conversations that were created for it. */
  readonly created: Array<string> = []
  character = ""
  configs: ReadonlyArray<{ readonly filename: string; readonly name: string }> = []
  readonly web: WebClient.WebClient
  #dropping = false
  #queue: Array<Audio> = []
  #playing = false
  #synthesized = false
  #handled = 0

  private constructor(web: WebClient.WebClient) {
    this.web = web
    for (const type of ["fetch-backgrounds", "fetch-configs", "fetch-history-list", "create-new-history"])
      this.send({ type })
    web.socket.on("message", () => this.#handleAll())
    this.#handleAll()
  }

  static open(url: string): Effect.Effect<PageLikeClient, Error, Scope.Scope> {
    return Effect.map(WebClient.connect(url), (web) => new PageLikeClient(web))
  }

  send(message: object): void {
    this.web.socket.send(JSON.stringify(message))
  }

  get turn(): SeenTurn | undefined {
    return this.turns.at(-1)
  }

  get isSpeaking(): boolean {
    return this.turn !== undefined && !this.turn.ended && !this.turn.interrupted
  }

  /** Waits until the page is in a state. */
  readonly until = (is: (page: this) => boolean): Effect.Effect<void> =>
    Effect.asVoid(
      this.web.until(() => {
        this.#handleAll()
        return is(this) || undefined
      })
    )

  /** Types and sends; a turn in progress is interrupted first. */
  type(text: string): void {
    this.interrupt()
    this.#dropping = false
    this.send({ type: "text-input", text, images: [] })
  }

  /** Presses the interrupt button, which does nothing while nothing runs. Playback is reported all the same. */
  interrupt(options: { readonly reportLater?: boolean } = {}): void {
    if (!this.isSpeaking) return
    this.turn!.interrupted = true
    this.#dropping = true
    this.#queue = []
    this.#playing = false
    this.send({ type: "interrupt-signal", text: this.heard })
    if (this.#synthesized && options.reportLater !== true) this.report()
  }

  /** Chooses a character by the name that it has in the list. */
  switchTo(name: string): void {
    this.interrupt()
    this.send({ type: "switch-config", file: this.configs.find((config) => config.name === name)?.filename })
  }

  /** Lets everything play that has arrived, and all that is to come. */
  finish(): void {
    this.playsThrough = true
    this.#playing = false
    this.#play()
  }

  /** Tells the server ten times that all has been played. */
  report(): void {
    this.#synthesized = false
    for (let time = 0; time < 10; time++) this.send({ type: "frontend-playback-complete" })
  }

  #handleAll(): void {
    const { received } = this.web
    while (this.#handled < received.length) this.#handle(received[this.#handled++]!)
  }

  #handle(message: ServerMessage): void {
    const kind = message.type === "control" ? `control ${message.text}` : message.type
    if (!known.has(kind)) this.wrong.push(`the page does not know ${kind}`)
    switch (message.type) {
      case "control":
        if (message.text === "conversation-chain-start") this.#startTurn()
        if (message.text === "conversation-chain-end") this.#endTurn()
        return
      case "audio":
        return this.#hear(message)
      case "backend-synth-complete":
        this.#mark(kind)
        this.#synthesized = true
        return this.#play()
      case "force-new-message":
        return this.#mark(kind)
      case "set-model-and-conf":
        this.#dropping = false
        this.character = message.conf_name
        return
      case "config-files":
        this.configs = message.configs
        return
      case "config-switched":
        this.send({ type: "fetch-history-list" })
        return this.send({ type: "create-new-history" })
      case "history-list":
        this.history = message.histories[0]?.uid
        return
      case "new-history-created":
        this.#dropping = false
        this.created.push(message.history_uid)
        this.history = message.history_uid
        return
      case "interrupt-signal":
        // Another member of the group has interrupted its turn, or this page has.
        if (this.isSpeaking) this.turn!.interrupted = true
        this.#dropping = true
        this.#queue = []
        this.#playing = false
        return
      case "error":
        this.errors.push(message.message)
    }
  }

  #startTurn(): void {
    // The server stops a turn by itself when the next one is asked for.
    if (this.isSpeaking) this.turn!.interrupted = true
    this.turns.push({ texts: [], marks: [], interrupted: false, ended: false })
    this.#dropping = false
    this.#queue = []
    this.#playing = false
    this.#synthesized = false
    this.heard = ""
  }

  #endTurn(): void {
    const { turn } = this
    if (turn === undefined || turn.ended) return void this.wrong.push("a turn ended that was not running")
    if (!turn.interrupted && turn.marks.at(-1) !== "force-new-message")
      this.wrong.push("a turn ended that was not complete")
    turn.ended = true
  }

  #mark(kind: string): void {
    if (this.turn === undefined || this.turn.ended) return void this.wrong.push(`${kind} outside a turn`)
    if (this.turn.marks.includes(kind)) this.wrong.push(`${kind} twice in a turn`)
    this.turn.marks.push(kind)
  }

  #hear(message: Audio): void {
    if (this.turn === undefined || this.turn.ended) this.wrong.push("a sentence outside a turn")
    if (this.#dropping) return
    this.turn?.texts.push(message.display_text?.text ?? "")
    this.#queue.push(message)
    this.#play()
  }

  /** Starts the next sentence if none plays, and reports once all have been played that are to come. */
  #play(): void {
    while (!this.#playing) {
      const next = this.#queue.shift()
      if (next === undefined) {
        if (this.#synthesized) this.report()
        return
      }
      this.#playing = !this.playsThrough
      if (next.display_text === null) continue
      this.heard += next.display_text.text
      if (!next.forwarded)
        this.send({ type: "audio-play-start", display_text: next.display_text, forwarded: true })
    }
  }
}
