import { Effect } from "effect"
import * as BuiltServer from "./BuiltServer.ts"
import { PageLikeClient } from "./PageLikeClient.ts"
import * as ServerFolder from "./ServerFolder.ts"
import * as StubProviders from "./StubProviders.ts"
import type { ChatScript } from "./ChatAnswer.ts"
import type { ChatRecord } from "./StubServer.ts"

/** What the stub answers, by sentence. */
export const sentencesTo = (question: string): ReadonlyArray<string> => [
  `You asked about ${question}. `,
  "There is much to say. ",
  "That is all."
]

export const answerTo = (question: string): string => sentencesTo(question).join("")

/** `never ...` gets no answer, `endless ...` one without an end. */
const chat = ({ text }: ChatRecord): ChatScript => {
  if (text.startsWith("never")) return { firstDelayMs: 600_000 }
  if (text.startsWith("endless"))
    return { chunks: Array.from({ length: 5000 }, () => "More and more. "), delayMs: 50 }
  return { chunks: sentencesTo(text) }
}

/** The built server with two characters, Hana and Brook, that answer by the stub, and a page that has been greeted. */
export const open = Effect.fnUntraced(function* (system: Readonly<Record<string, unknown>> = {}) {
  const stub = yield* StubProviders.open({ chat, msPerCharacter: 1 })
  const folder = yield* ServerFolder.make({
    character: ServerFolder.stubbed("Hana", stub),
    others: { "brook.yaml": { conf_name: "Brook", conf_uid: "brook_001", character_name: "Captain Brook" } },
    system
  })
  const server = yield* BuiltServer.start(folder)
  const page = yield* PageLikeClient.open(server.url)
  yield* page.until(({ configs, created }) => configs.length > 0 && created.length > 0)
  return { stub, server, page }
})

/** Types and waits until the page shows that a turn runs. */
export const begin = Effect.fnUntraced(function* (page: PageLikeClient, question: string) {
  const before = page.turns.length
  page.type(question)
  yield* page.until(({ turns }) => turns.length > before)
})

/** A stored conversation, as `role content` lines. */
export const storyOf = Effect.fnUntraced(function* (page: PageLikeClient, history: string | undefined) {
  page.send({ type: "fetch-and-set-history", history_uid: history })
  const data = yield* page.web.next(({ type }) => type === "history-data")
  return data.type === "history-data" ? data.messages.map(({ content, role }) => `${role} ${content}`) : []
})
