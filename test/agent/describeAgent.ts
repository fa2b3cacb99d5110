import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import type { Scope } from "effect"
import type { ServerResponse } from "node:http"
import type { Agent, AgentEvent, AgentInput } from "../../src/agent/Agent.ts"
import type { LlmFailed } from "../../src/llm/Llm.ts"
import * as AgentServer from "../support/AgentServer.ts"

/** What an agent does next. */
export type Step =
  | { readonly text: string }
  | { readonly think: string }
  | {
      readonly tool: {
        readonly id: string
        readonly name: string
        readonly input: string
        readonly output: string
      }
    }

/** How one API says it. */
export interface Contract {
  readonly name: string
  readonly secret: string
  /** An agent at that address, as the contract's tests configure it. */
  readonly open: (url: string) => Effect.Effect<Agent, unknown, Scope.Scope>
  readonly contentType: string
  readonly frame: (step: Step, request: AgentServer.Request) => string
  readonly end: (request: AgentServer.Request) => string
  /** What a body is that says nothing that can be understood. */
  readonly garbage: string
  /** How a message begins that goes on without end. */
  readonly endless: string
  /** Requests that are not the question itself; answers whether it was one. */
  readonly aside?: (request: AgentServer.Request, response: ServerResponse, url: string) => boolean
  /** Tool events of a call, in order. */
  readonly tool: ReadonlyArray<Pick<Extract<AgentEvent, { _tag: "Tool" }>["call"], "status" | "content">>
  /** What the failure says about status 404. */
  readonly unknown: RegExp
}

export const input = (changes: Partial<AgentInput> = {}): AgentInput => ({
  conversation: "c1",
  memory: [
    { role: "user", text: "Hi" },
    { role: "assistant", text: "Hello!" }
  ],
  from: "Human",
  text: "What is this?",
  images: [{ mimeType: "image/png", base64: "aGVsbG8=" }],
  ...changes
})

/** Everything up to the end or the failure, texts of one kind joined. */
export const collect = (stream: Stream.Stream<AgentEvent, LlmFailed>) =>
  Effect.gen(function* () {
    const events: Array<AgentEvent> = []
    const outcome = yield* Effect.either(
      Stream.runForEach(stream, (event) =>
        Effect.sync(() => {
          const before = events.at(-1)
          if ((event._tag === "Text" || event._tag === "Think") && before?._tag === event._tag)
            events[events.length - 1] = { _tag: event._tag, text: before.text + event.text }
          else events.push(event)
        })
      )
    )
    return { events, failure: outcome._tag === "Left" ? outcome.left : undefined }
  })

const steps: ReadonlyArray<Step> = [
  { think: "Hm, a " },
  { think: "picture." },
  { tool: { id: "t1", name: "look", input: '{"at":1}', output: "a cat" } },
  { text: "It is " },
  { text: "a cat." }
]

/** What every agent behind HTTP has to do, whatever it speaks. */
export const describeAgent = (contract: Contract) => {
  const serve = (respond: AgentServer.Respond) =>
    Effect.gen(function* () {
      const questions: Array<AgentServer.Request> = []
      const server = yield* AgentServer.open((request, response) => {
        if (contract.aside?.(request, response, server.url) === true) return
        questions.push(request)
        respond(request, response, questions.length - 1)
      })
      const question = (count: number) =>
        Effect.gen(function* () {
          for (let asked = 1; questions.length < count; asked++) yield* server.asked(asked)
          return questions[count - 1]!
        })
      return { url: server.url, questions, question }
    })

  const begin = (response: ServerResponse) =>
    response.writeHead(200, { "content-type": contract.contentType })
  const answer = (all: ReadonlyArray<Step>) => (request: AgentServer.Request, response: ServerResponse) => {
    begin(response)
    for (const step of all) response.write(contract.frame(step, request))
    response.end(contract.end(request))
  }
  const refuse =
    (status: number, body = "") =>
    (_: unknown, response: ServerResponse) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(body)

  const ask = (url: string, changes?: Partial<AgentInput>) =>
    Effect.flatMap(contract.open(url), (agent) => collect(agent.reply(input(changes))))

  describe(`${contract.name}: the contract of an agent behind a network`, () => {
    it.scopedLive("tells thoughts, tools and text, in order", () =>
      Effect.gen(function* () {
        const { url } = yield* serve(answer(steps))
        const { events, failure } = yield* ask(url)
        assert.isUndefined(failure)
        assert.deepStrictEqual(events, [
          { _tag: "Think", text: "Hm, a picture." },
          ...contract.tool.map((call) => ({
            _tag: "Tool" as const,
            call: { id: "t1", tool: "look", ...call }
          })),
          { _tag: "Text", text: "It is a cat." }
        ])
      })
    )

    it.scopedLive(
      "hands on a piece as soon as it is there, and closes the connection when it is interrupted",
      () =>
        Effect.gen(function* () {
          const { question, url } = yield* serve((request, response) => {
            begin(response)
            response.write(contract.frame({ text: "One. " }, request))
          })
          const agent = yield* contract.open(url)
          const first = yield* agent.reply(input()).pipe(Stream.take(1), Stream.runCollect)
          assert.deepStrictEqual([...first], [{ _tag: "Text", text: "One. " }])
          assert.strictEqual(
            yield* Effect.flatMap(question(1), ({ over }) => Effect.promise(() => over)),
            "aborted"
          )
        })
    )

    it.scopedLive("closes the connection when it is interrupted before the answer", () =>
      Effect.gen(function* () {
        const { question, url } = yield* serve(() => undefined)
        const agent = yield* contract.open(url)
        const answering = yield* Effect.fork(Stream.runDrain(agent.reply(input())))
        const { over } = yield* question(1)
        yield* Fiber.interrupt(answering)
        assert.strictEqual(yield* Effect.promise(() => over), "aborted")
      })
    )

    for (const [status, reason, says, requests] of [
      [401, "unauthorized", /does not let us in \(status 401\)/, 1],
      [404, "unknown-model", contract.unknown, 1],
      [429, "rate-limited", /answers no more requests for now/, 3],
      [400, "rejected", /refused the request with status 400/, 1],
      [500, "rejected", /failed with status 500/, 3]
    ] as const) {
      it.scopedLive(`explains status ${status}`, () =>
        Effect.gen(function* () {
          const { questions, url } = yield* serve(
            refuse(status, JSON.stringify({ detail: `because of ${contract.secret}` }))
          )
          const { events, failure } = yield* ask(url)
          assert.deepStrictEqual(events, [])
          assert.strictEqual(failure?.provider, contract.name)
          assert.strictEqual(failure?.reason, reason)
          assert.match(failure?.message ?? "", says)
          assert.notInclude(JSON.stringify(failure), contract.secret)
          assert.strictEqual(questions.length, requests)
        })
      )
    }

    it.scopedLive("tries again after an overload and after a lost connection", () =>
      Effect.gen(function* () {
        const { questions, url } = yield* serve((request, response, index) => {
          if (index === 0) return refuse(503)(request, response)
          if (index === 1) return void response.destroy()
          answer([{ text: "Yes." }])(request, response)
        })
        const { events, failure } = yield* ask(url)
        assert.isUndefined(failure)
        assert.deepStrictEqual(events, [{ _tag: "Text", text: "Yes." }])
        assert.strictEqual(questions.length, 3)
      })
    )

    it.scopedLive("takes its secret to no other server", () =>
      Effect.gen(function* () {
        const target = yield* serve(answer([{ text: "Moved." }]))
        const { url } = yield* serve(
          (_, response) => void response.writeHead(307, { location: `${target.url}/elsewhere` }).end()
        )
        const { failure } = yield* ask(url)
        assert.include(failure?.message ?? "", "sends the request on to ")
        assert.include(failure?.message ?? "", new URL(target.url).host)
        assert.lengthOf(target.questions, 0)
      })
    )

    it.scopedLive("gives what came before the connection was cut", () =>
      Effect.gen(function* () {
        const { questions, url } = yield* serve((request, response) => {
          begin(response)
          response.write(contract.frame({ text: "One. " }, request), () => response.destroy())
        })
        const { events, failure } = yield* ask(url)
        assert.deepStrictEqual(events, [{ _tag: "Text", text: "One. " }])
        assert.strictEqual(failure?.reason, "broken-off")
        assert.strictEqual(questions.length, 1)
      })
    )

    it.scopedLive("understands an answer that is none", () =>
      Effect.gen(function* () {
        const { url } = yield* serve((_, response) => {
          begin(response)
          response.end(contract.garbage)
        })
        const { events, failure } = yield* ask(url)
        assert.deepStrictEqual(events, [])
        assert.strictEqual(failure?.reason, "broken-off")
        assert.match(failure?.message ?? "", /sent/)
      })
    )

    it.scopedLive("does not collect a message without end", () =>
      Effect.gen(function* () {
        const piece = "x".repeat(2 ** 20)
        const { question, url } = yield* serve((_, response) => {
          begin(response)
          response.write(contract.endless)
          const more = () => {
            while (response.write(piece));
          }
          response.on("drain", more)
          more()
        })
        const { failure } = yield* ask(url)
        assert.match(failure?.message ?? "", /sent (an event of )?more than \d+ MiB/)
        assert.strictEqual(
          yield* Effect.flatMap(question(1), ({ over }) => Effect.promise(() => over)),
          "aborted"
        )
      })
    )

    it.scoped("gives up an agent that says nothing, before its answer and within it", () =>
      Effect.gen(function* () {
        for (const starts of [false, true]) {
          const { question, url } = yield* serve((request, response) => {
            if (!starts) return
            begin(response)
            response.write(contract.frame({ text: "One. " }, request))
          })
          const agent = yield* contract.open(url)
          const seen: Array<AgentEvent> = []
          const answering = yield* Effect.fork(
            Effect.flip(
              Stream.runForEach(agent.reply(input()), (event) => Effect.sync(() => void seen.push(event)))
            )
          )
          const { over } = yield* question(1)
          while (seen.length < (starts ? 1 : 0)) yield* Effect.promise(() => new Promise(setImmediate))
          // The limit begins once the fiber waits for more.
          while (answering.unsafePoll() === null) {
            yield* TestClock.adjust("10 minutes")
            yield* Effect.promise(() => new Promise(setImmediate))
          }
          const failure = yield* Fiber.join(answering)
          assert.match(failure.message, /has said nothing for [\d.]+ s\. /)
          assert.strictEqual(yield* Effect.promise(() => over), "aborted")
        }
      })
    )

    it.scopedLive("says where no server answers", () =>
      Effect.gen(function* () {
        const { url } = yield* Effect.scoped(serve(() => undefined))
        const { failure } = yield* ask(url)
        assert.strictEqual(failure?.reason, "unreachable")
        assert.include(
          failure?.message ?? "",
          `${contract.name}: no server answers at ${new URL(url).host}. Start it, or correct agent_settings.`
        )
      })
    )
  })
}
