import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const { good } = about("ai-speak-signal")

export const rows = [
  good(
    "makes the character speak, and says so first",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const turn = yield* talk.turn({ type: "ai-speak-signal", idle_time: -1, images: [] })
        equal(
          Talk.ofType(turn, "full-text").map(({ text }) => text),
          ["AI wants to speak something...", "Thinking..."],
          "the status lines"
        )
        holds(Talk.texts(turn).length > 0, "a sentence")
        equal(Talk.kinds(turn).at(-1), "conversation-chain-end", "the end")
      }),
    { needs: ["mind"] }
  ),
  good(
    "keeps its prompt out of the history and the memory",
    (subject) =>
      Effect.gen(function* () {
        const talk = yield* subject.connect()
        const history = yield* talk.begin
        yield* talk.turn({ type: "ai-speak-signal", images: [] })
        const prompt = subject.mind.stub.log.chats.at(-1)!.text
        const story = yield* talk.story(history)
        equal(story.length, 1, "messages in the history")
        holds(story[0]!.startsWith("ai "), `what the character said, got "${story[0]}"`)
        const text = subject.mind.when({ chunks: ["Nothing more."] })
        yield* talk.say(text)
        const asked = subject.mind.asked(text)[0]!.body.messages
        const before = asked
          .filter(({ role }) => role === "user")
          .map(({ content }) => JSON.stringify(content))
        holds(!before.some((said) => said.includes(prompt.slice(0, 30))), "no prompt in the memory")
      }),
    { needs: ["mind"] }
  )
]
