import { Duration, Effect, Redacted, Stream } from "effect"
import * as Speech from "../audio/Speech.ts"
import type { HumeAiAgentConfig } from "../config/RemoteAgentConfig.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { Agent, AgentEvent, AgentInput, AgentOptions } from "./Agent.ts"
import * as AgentFailure from "./AgentFailure.ts"
import * as HumeChat from "./HumeChat.ts"
import * as OwnVoice from "./OwnVoice.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import { say } from "../language/Text.ts"

/** Longest time in which nothing comes. */
const silence = Duration.seconds(60)

/** An emotion below this is not shown on the face. */
const leastEmotion = 0.3

/**
 * `hume_ai_agent`: Hume's Empathic Voice Interface, a mind with a voice of its own. Its connection is opened by the
 * first turn and closed when there has been none for a while; the next turn goes on with the same conversation. So does
 * the turn after an interruption, which closes the connection: nothing of the old answer can come in the new one.
 */
export const open = Effect.fn("HumeAgent.open")(function* (
  services: OwnVoice.Services,
  config: HumeAiAgentConfig,
  options: AgentOptions
) {
  const voice = OwnVoice.make(services, "hume_ai_agent", options)
  const idle = FiberSlot.make(yield* Effect.scope)
  let chat: HumeChat.HumeChat | undefined
  /** Where the conversation that is remembered there can be gone on with. */
  let group: { readonly conversation: string; readonly id: string } | undefined
  const close = Effect.sync(() => {
    chat?.close()
    chat = undefined
  })
  yield* Finalizer.add(close)

  const address = addressOf(config)
  const describe = AgentFailure.describe({
    agent: "hume_ai_agent",
    address,
    secrets: [config.api_key],
    addressKeys: "host",
    secretKeys: "api_key",
    unknown: {
      detail: say("agent.noSuchConfiguration"),
      advice: say("agent.correctHume")
    }
  })

  const connect = (conversation: string, signal: AbortSignal) => {
    const url = new URL(address)
    url.searchParams.set("api_key", Redacted.value(config.api_key))
    if (config.config_id) url.searchParams.set("config_id", config.config_id)
    if (group?.conversation === conversation) url.searchParams.set("resumed_chat_group_id", group.id)
    const persona = options.character.persona_prompt
    return HumeChat.open(
      {
        url: url.href,
        settings:
          config.config_id || persona === ""
            ? undefined
            : { type: "session_settings", system_prompt: persona },
        onGroup: (id) => void (group = { conversation, id })
      },
      signal
    )
  }

  const ask = async ({ conversation, text }: AgentInput, signal: AbortSignal) => {
    if (chat !== undefined && (!chat.isOpen() || group?.conversation !== conversation)) {
      chat.close()
      chat = undefined
    }
    chat ??= await connect(conversation, signal)
    return chat.ask(text, signal)
  }

  const reply = (input: AgentInput) => {
    let answer = answering(voice, options.emotions)
    return Stream.ensuring(
      Stream.unwrap(
        Effect.as(
          idle.stop,
          RemoteAnswer.stream({
            silence,
            ask: (signal) => ask(input, signal),
            explain: RemoteFailure.ofConnection,
            read: (message) => answer.read(message),
            end: Effect.suspend(() => Effect.succeed(answer.end())),
            reset: () => void (answer = answering(voice, options.emotions)),
            describe
          })
        )
      ),
      idle.start(Effect.delay(close, Duration.seconds(config.idle_timeout)))
    ).pipe(Stream.withSpan("HumeAgent.reply"))
  }
  const agent: Agent = { reply }
  return agent
})

const addressOf = ({ host }: HumeAiAgentConfig): string => {
  const given = host.trim().replace(/\/+$/, "")
  // Such a connection begins as one of HTTP: who writes that means the same server.
  const address = given.replace(/^http(s?):\/\//i, "ws$1://")
  return `${/^wss?:\/\//i.test(address) ? address : `wss://${address}`}/v0/evi/chat`
}

/** Brings the texts of one answer together with their sounds. */
const answering = (voice: OwnVoice.OwnVoice, emotions: ReadonlyArray<string>) => {
  /** Texts whose sound has not come yet. */
  let texts: Array<{ readonly id: string | undefined; readonly text: string }> = []
  let heard = false
  /** What the latest sound belongs to. */
  let speaking: string | undefined

  const shown = (text: string): AgentEvent => ({ _tag: "Audio", text, pcm: Speech.nothing })

  const sound = (id: string | undefined, data: string) =>
    voice.read(data).pipe(
      Effect.map((pcm): ReadonlyArray<AgentEvent> => {
        const own = texts.findIndex((text) => text.id === id)
        // The sound comes in chunks: the first one takes the text along.
        const isNext = own < 0 && texts.length > 0 && (id === undefined || id !== speaking)
        const index = isNext ? 0 : own
        heard = true
        speaking = id
        const before = texts.slice(0, Math.max(index, 0)).map(({ text }) => shown(text))
        const text = index < 0 ? "" : texts[index]!.text
        texts = texts.slice(index + 1)
        return [...before, { _tag: "Audio", text, pcm }]
      })
    )

  const read = (
    message: HumeChat.HumeMessage
  ): Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure.RemoteFailure> => {
    switch (message.type) {
      case "assistant_message": {
        const text = message.message.content ?? ""
        const emotion = emotionOf(message.models?.prosody?.scores ?? {}, emotions)
        if (text !== "")
          texts.push({
            id: message.id ?? undefined,
            text: `${emotion === undefined ? "" : `[${emotion}] `}${text} `
          })
        return Effect.succeed([])
      }
      case "audio_output":
        return sound(message.id ?? undefined, message.data)
      case "error":
        return new RemoteFailure.Reported({
          said: message.message,
          advice: say("agent.seeAccount")
        })
      default:
        return Effect.succeed([])
    }
  }

  /** Texts that had no sound: all of them, if the configuration there has no voice; then the character's own speaks. */
  const end = (): ReadonlyArray<AgentEvent> =>
    texts.map(({ text }) => (heard ? shown(text) : { _tag: "Text", text }))

  return { read, end }
}

/** The strongest of the emotions that the avatar can show. Names are those of Hume, such as `Surprise (positive)`. */
const emotionOf = (scores: Readonly<Record<string, number>>, emotions: ReadonlyArray<string>) => {
  const found = Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .find(([, score]) => score >= leastEmotion)
  const name = found?.[0].replace(/ \(.*\)$/, "").toLowerCase()
  return emotions.find((emotion) => emotion.toLowerCase() === name)
}
