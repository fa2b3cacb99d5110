import { Effect } from "effect"
import type { ChatScript } from "../test/support/ChatAnswer.ts"
import * as StubProviders from "../test/support/StubProviders.ts"
import type { ChatRecord, SpeechScript, Stub } from "../test/support/StubServer.ts"

/** The suite's own model and voice: what they answer is known, so that rows can say what must come of it. */
export interface Mind {
  readonly stub: Stub
  /** A text which, said by the user, is answered like this. No two are alike. */
  readonly when: (script: ChatScript | ((time: number) => ChatScript)) => string
  /** What the model was asked when `text` was said, latest last. */
  readonly asked: (text: string) => ReadonlyArray<ChatRecord>
}

/** An answer that outlasts any row, one sentence again and again; `pause`: ms between two of them. */
export const endless = (sentence: string, pause = 30): ChatScript => ({
  chunks: Array<string>(1000).fill(sentence),
  delayMs: pause
})

/** Sentences that the voice does not simply speak, by a word in them. */
const slow = "Slowly"
const broken = "Unspeakable"

const speech = (input: string): SpeechScript => {
  if (input.includes(broken)) return { refuse: { status: 400, message: "this text cannot be spoken" } }
  return input.includes(slow) ? { delayMs: 700 } : {}
}

/** Serves OpenAI's `/v1/chat/completions` and `/v1/audio/speech` on 127.0.0.1. `port` 0: any free one. */
export const open = (port: number) =>
  Effect.gen(function* () {
    const scripts = new Map<string, (time: number) => ChatScript>()
    const times = new Map<string, number>()
    const keyOf = (text: string) => /question \d+/u.exec(text)?.[0] ?? ""

    const stub = yield* StubProviders.open({
      port,
      msPerCharacter: 5,
      speech: ({ body }) => speech(body.input),
      chat: ({ text }) => {
        const key = keyOf(text)
        const time = times.get(key) ?? 0
        times.set(key, time + 1)
        return scripts.get(key)?.(time) ?? {}
      }
    })

    const mind: Mind = {
      stub,
      when: (script) => {
        const key = `question ${scripts.size + 1}`
        scripts.set(key, typeof script === "function" ? script : () => script)
        return `This is ${key}`
      },
      asked: (text) => stub.log.chats.filter((chat) => keyOf(chat.text) === keyOf(text))
    }
    return mind
  })
