import { startStub } from "../test/support/StubServer.ts"

/** Two sentences in the pieces in which a model sends them, all at once after the first delay. */
const chunks = "That is a fine thing to say about tea. Let me know what you think of rain.".split(/(?<= )/)

const stub = await startStub({
  chat: () => ({ chunks, firstDelayMs: 50 }),
  speech: () => ({ delayMs: 50 })
})
console.log(`serving at ${stub.url}`)

// It keeps a record of every request, which nobody reads here.
const forget = setInterval(() => {
  stub.log.chats.length = 0
  stub.log.speeches.length = 0
}, 1000)

process.stdin.resume().once("end", () => {
  clearInterval(forget)
  process.exit()
})
