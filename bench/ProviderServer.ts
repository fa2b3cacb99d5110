import { startStub } from "../test/support/StubServer.ts"
import * as Garbage from "./Garbage.ts"

/** What marks a question, if anything does, and comes back in the first sentence of the answer. */
const markIn = (text: string) => /\d{8}/.exec(text)?.[0]

/** Two sentences in the pieces in which a model sends them, all at once after the first delay. */
const chunks = (subject: string) =>
  `That is a fine thing to say: ${subject}. Let me know what you think of rain.`.split(/(?<= )/)

/** What has been waited for, in ms, by the mark of the question: for the answer and for the sound of its first sentence. */
const took = new Map<string, number>()

const stub = await startStub({
  chat: ({ text }) => ({ chunks: chunks(markIn(text) ?? "good tea"), firstDelayMs: 50 }),
  speech: () => ({ delayMs: 50 }),
  onAnswer: (request, ms) => {
    const mark = markIn("text" in request ? request.text : request.body.input)
    if (mark !== undefined) took.set(mark, (took.get(mark) ?? 0) + ms)
  },
  others: {
    "/took": () => {
      const all = [...took]
      took.clear()
      return all
    }
  }
})
console.log(`serving at ${stub.url}`)

// It keeps a record of every request, which nobody reads here.
const forget = setInterval(() => {
  stub.log.chats.length = 0
  stub.log.speeches.length = 0
}, 1000)

Garbage.collectOften()

process.stdin.resume().once("end", () => {
  clearInterval(forget)
  process.exit()
})
