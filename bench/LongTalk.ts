import { countTokens } from "gpt-tokenizer/encoding/o200k_base"
import { startStub } from "../test/support/StubServer.ts"
import type { ChatScript } from "../test/support/ChatAnswer.ts"
import type { ChatRecord } from "../test/support/StubServer.ts"
import * as Tone from "../test/support/Tone.ts"
import { within } from "./Bounded.ts"
import * as Client from "./Client.ts"
import * as Figure from "./Figure.ts"
import * as Numbers from "./Numbers.ts"
import * as Server from "./Server.ts"

const turns = 2000
/** After how many turns the heap is looked at. */
const looks = [500, 1000, 2000]
const contextTokens = 4000
const mostFacts = 50
/** What the persona, the facts and the question take beside the memory. */
const beside = 600

const topics = [
  "tea",
  "rain",
  "trains",
  "cats",
  "chess",
  "bread",
  "snow",
  "boats",
  "jazz",
  "bees",
  "maps",
  "films"
]
const verbs = [
  "likes",
  "collects",
  "dreams of",
  "reads about",
  "photographs",
  "avoids",
  "talks about",
  "paints"
]
const about = (count: number): string =>
  `${topics[count % topics.length]!} number ${count} and ${topics[(count * 7 + 3) % topics.length]!}`

const textOf = ({ body }: ChatRecord): ReadonlyArray<string> =>
  body.messages.map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content)))

/** What the server asks of the model behind the turns is told by what it wants. */
const taskOf = (record: ChatRecord): "answer" | "summary" | "facts" => {
  const system = textOf(record)[0] ?? ""
  if (system.includes('"operations"')) return "facts"
  return system.startsWith("You keep the notes of a long conversation") ? "summary" : "answer"
}

/** One conversation of 2000 turns, of each of which something is learnt: what the model is sent, and the server's heap. */
export const measure = async (): Promise<Figure.Figure> => {
  const prompts: Array<number> = []
  const counts = { answer: 0, summary: 0, facts: 0 }
  let firsts = 0
  let first: string | undefined
  const script = (record: ChatRecord): ChatScript => {
    const task = taskOf(record)
    const count = counts[task]++
    if (task === "summary")
      return { chunks: [`They talked of ${topics.join(", ")}; ${count} summaries so far.`] }
    if (task === "facts") {
      const text = `The person ${verbs[(count * 5) % verbs.length]!} ${about(count)}.`
      const operations = [{ op: "add", text, importance: 1 + (count % 10) }]
      return { chunks: [JSON.stringify({ operations })] }
    }
    const texts = textOf(record)
    prompts.push(texts.reduce((sum, text) => sum + countTokens(text), 0))
    // The first message after the persona: providers reuse what begins as before.
    if (texts.length > 2 && texts[1] !== first) {
      first = texts[1]
      firsts++
    }
    return { chunks: ["That is a fine thing to say, and I will think of it until tomorrow."] }
  }
  const sound = Tone.wav(200)
  const stub = await startStub({ chat: script, speech: () => ({ body: sound }) })
  const server = await Server.start(stub.url, {
    agent: {
      context_tokens: contextTokens,
      long_term_memory: { enabled: true, max_facts: mostFacts, recall: 6 }
    }
  })
  let onList: (list: ReadonlyArray<unknown>) => void = () => {}
  const socket = await Client.ready(server.url, (frame, socket) => {
    if (Client.startsWith(frame, Client.head.synthesised))
      socket.send('{"type":"frontend-playback-complete"}')
    if (Client.startsWith(frame, memoryList))
      onList((JSON.parse(frame.toString("utf8")) as { readonly memories: ReadonlyArray<unknown> }).memories)
  })
  const facts = () =>
    within(
      20_000,
      "the list of memories",
      new Promise<number>((resolve) => {
        onList = (list) => resolve(list.length)
        socket.send('{"type":"fetch-memories"}')
      })
    )

  const heaps: Array<{ readonly turn: number; readonly heap: number; readonly facts: number }> = []
  const began = performance.now()
  for (let turn = 1; turn <= turns; turn++) {
    const text = `Turn ${turn}: tell me what you think of ${about(turn)}, I have wondered about it all week.`
    const ended = Client.next(socket, [Client.head.turnEnd])
    socket.send(JSON.stringify({ type: "text-input", text, images: [] }))
    await ended
    stub.log.chats.length = 0
    stub.log.speeches.length = 0
    if (looks.includes(turn))
      heaps.push({ turn, heap: (await server.settledMemory()).heapUsed / 1e6, facts: await facts() })
  }
  const seconds = (performance.now() - began) / 1000
  socket.close()
  await Client.closed(socket)
  await server.stop()
  await stub.close()

  const longest = Math.max(...prompts)
  const growth = heaps.at(-1)!.heap - heaps[0]!.heap
  const most = Math.max(...heaps.map((look) => look.facts))
  const failures = [
    ...(longest > contextTokens + beside ? [`a prompt of ${longest} tokens`] : []),
    ...(most > mostFacts ? [`${most} facts`] : [])
  ]
  return {
    title: `One conversation of ${turns} turns: context_tokens ${contextTokens}, max_facts ${mostFacts}, something learnt of every turn (${seconds.toFixed(0)} s)`,
    rows: [
      {
        measure: "longest prompt",
        value: longest,
        unit: "tokens",
        aim: Figure.atMost(contextTokens + beside, "tokens", longest)
      },
      { measure: "median prompt", value: Numbers.median(prompts), unit: "tokens" },
      { measure: "prompts that begin otherwise than the one before", value: firsts, unit: "" },
      { measure: "summaries", value: counts.summary, unit: "" },
      ...heaps.flatMap(({ facts, heap, turn }): ReadonlyArray<Figure.Row> => [
        { measure: `heap after ${turn} turns, after garbage collection`, value: heap, unit: "MB" },
        { measure: `facts after ${turn} turns`, value: facts, unit: "" }
      ]),
      {
        measure: `growth of the heap from turn ${looks[0]!} to ${turns}`,
        value: growth,
        unit: "MB",
        aim: Figure.atMost(3, "MB", growth)
      }
    ],
    failures
  }
}

const memoryList = Buffer.from('{"type":"memory-list"')
