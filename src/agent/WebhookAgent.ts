import type * as Undici from "@effect/platform-node/Undici"
import { Duration, Effect, Redacted, Stream } from "effect"
import type { WebhookAgentConfig } from "../config/RemoteAgentConfig.ts"
import type { Agent, AgentEvent, AgentInput, AgentOptions } from "./Agent.ts"
import * as AgentFailure from "./AgentFailure.ts"
import * as OwnVoice from "./OwnVoice.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as WebhookEvents from "./WebhookEvents.ts"
import { say } from "../language/Text.ts"

export interface Services extends OwnVoice.Services {
  readonly http: Undici.Dispatcher
}

/** `webhook_agent`: a mind of one's own, which answers to HTTP requests. docs/webhook-agent.md has both sides. */
export const make = (services: Services, config: WebhookAgentConfig, options: AgentOptions): Agent => {
  const fetch = RemoteAnswer.fetchOver(services.http)
  const voice = OwnVoice.make(services, "webhook_agent", options)
  const headers = Object.entries(config.headers)
  const describe = AgentFailure.describe({
    agent: "webhook_agent",
    address: config.url,
    isWhole: true,
    secrets: AgentFailure.secretsOf(config.headers),
    addressKeys: "url",
    timeoutKey: "timeout",
    secretKeys: "headers",
    unknown: {
      detail: say("agent.noSuchAddress"),
      advice: say("engine.correct", "agent_settings.webhook_agent.url")
    }
  })

  const read = (
    event: WebhookEvents.WebhookEvent
  ): Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure.RemoteFailure> => {
    switch (event.type) {
      case "text":
        return Effect.succeed(event.text === "" ? [] : [{ _tag: "Text", text: event.text }])
      case "think":
        return Effect.succeed(event.text === "" ? [] : [{ _tag: "Think", text: event.text }])
      case "tool": {
        const { content, id, name, status } = event
        return Effect.succeed([{ _tag: "Tool", call: { id, tool: name, status, content } }])
      }
      case "audio":
        return Effect.map(voice.read(event.audio), (pcm): ReadonlyArray<AgentEvent> => [
          { _tag: "Audio", text: event.text, pcm }
        ])
      case "error":
        return new RemoteFailure.Reported({ said: event.message })
    }
  }

  const reply = (input: AgentInput) => {
    const body = JSON.stringify(bodyOf(options, input))
    return RemoteAnswer.stream({
      silence: Duration.seconds(config.timeout),
      ask: async (signal) => {
        const response = await fetch(config.url, {
          method: "POST",
          headers: {
            accept: "text/event-stream, application/x-ndjson, text/plain",
            "content-type": "application/json",
            ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), Redacted.value(value)]))
          },
          body,
          signal
        })
        return WebhookEvents.of(await RemoteAnswer.accepted(response))
      },
      explain: RemoteFailure.ofConnection,
      read,
      describe
    }).pipe(Stream.withSpan("WebhookAgent.reply"))
  }
  return { reply }
}

/** What a webhook is asked: the input of this turn and what has been said before it. */
const bodyOf = ({ character, emotions }: AgentOptions, input: AgentInput) => ({
  conversation: input.conversation,
  from: input.from,
  text: input.text,
  images: input.images.map(({ base64, mimeType }) => ({ mime_type: mimeType, data: base64 })),
  history: input.memory.map(({ role, text }) => ({ role, text })),
  ...(input.summary === undefined ? {} : { summary: input.summary }),
  ...(input.situation === undefined ? {} : { situation: input.situation }),
  character: {
    id: character.conf_uid,
    name: character.character_name || character.conf_name,
    persona: character.persona_prompt,
    emotions
  }
})
