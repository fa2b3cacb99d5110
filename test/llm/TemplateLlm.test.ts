import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { LlmConfig } from "../../src/config/LlmConfig.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as LlmLab from "./LlmLab.ts"
import { english } from "../../src/language/Text.ts"

type Changes = Partial<NonNullable<LlmConfig["stateless_llm_with_template"]>>

const openAt = (url: string, changes: Changes) =>
  LlmLab.open("stateless_llm_with_template", {
    stateless_llm_with_template: { ...LlmLab.section(`${url}/v1`), ...changes }
  })

const problemOf = (changes: Changes) => Effect.flip(openAt("http://localhost:1", changes))

const scene = Effect.fnUntraced(function* (script: ChatScript, changes: Changes) {
  const stub = yield* StubProviders.open({ chat: () => script })
  const llm = yield* openAt(stub.url, changes)
  return { llm, stub }
})

describe("TemplateLlm", () => {
  it.scopedLive("sends the conversation as a text, and where an answer ends", () =>
    Effect.gen(function* () {
      const { llm, stub } = yield* scene(
        { chunks: ["Yes."] },
        { template: "CHATML", organization_id: "org-1" }
      )
      assert.isFalse(llm.callsTools)
      const images = [{ mimeType: "image/png", base64: "aGVsbG8=" }]
      const { deltas } = yield* LlmLab.collect(
        llm.stream(LlmLab.ask("", { messages: [{ role: "user", text: "Hello", images }] }))
      )
      assert.deepStrictEqual(deltas, [LlmLab.text("Yes.")])
      const { body, headers } = stub.log.chats[0]!
      assert.deepInclude(body, {
        model: "model-1",
        temperature: 0.7,
        stream: true,
        stop: ["<|im_end|>"],
        prompt:
          "<|im_start|>system\nYou are terse.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
      })
      assert.deepInclude(headers, {
        authorization: `Bearer ${LlmLab.secret}`,
        "openai-organization": "org-1"
      })
    }).pipe(Effect.provide(LlmLab.layer()))
  )

  it.scopedLive("speaks llama.cpp's own form of completions", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({
        chat: (_, index) => (index === 0 ? { chunks: ["One. ", "Two."] } : { chunks: [], finish: "length" })
      })
      const llm = yield* openAt(stub.url, { base_url: `${stub.url}/completion`, template: "CHATML" })
      const { deltas, failure } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
      assert.isUndefined(failure)
      assert.deepStrictEqual(deltas, [LlmLab.text("One. Two.")])
      const { failure: empty } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
      assert.include(english(empty?.detail ?? ""), "reached its limit of length")
    }).pipe(Effect.provide(LlmLab.layer()))
  )

  it.scopedLive("says that the template has begun what the model thinks", () =>
    Effect.gen(function* () {
      const template = "{% for m in messages %}{{ m.content }}\n{% endfor %}<think>\n"
      const { llm } = yield* scene({ chunks: ["Hm.", "</think>Yes."] }, { template })
      const { deltas } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
      assert.deepStrictEqual(deltas, [LlmLab.text("<think>Hm.</think>Yes.")])
    }).pipe(Effect.provide(LlmLab.layer()))
  )

  it.scopedLive("reads the template from a file beside the configuration", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${folder}/own.jinja`, "{% for m in messages %}[{{ m.content }}]{% endfor %}")
      yield* fs.writeFileString(`${folder}/bad.jinja`, "one\n{% bogus %}")
      yield* Effect.gen(function* () {
        const { llm, stub } = yield* scene({ chunks: ["Yes."] }, { template: "own.jinja" })
        yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
        assert.strictEqual(stub.log.chats[0]!.text, "[You are terse.][Hello]")
        const bad = yield* problemOf({ template: "bad.jinja" })
        assert.include(bad.message, "its template cannot be read, line 2: ")
        assert.include(english(bad.advice), 'Correct "bad.jinja".')
        const absent = yield* problemOf({ template: "folder/none.jinja" })
        assert.include(absent.message, '"none.jinja" cannot be read')
        assert.notInclude(absent.message, folder)
      }).pipe(Effect.provide(LlmLab.layer({ folder })))
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("says what to set where there is no template", () =>
    Effect.gen(function* () {
      for (const changes of [{}, { template: " " }]) {
        const { message } = yield* problemOf(changes)
        assert.include(message, "stateless_llm_with_template is not available: it has no template.")
        assert.include(message, "llm_configs.stateless_llm_with_template.template to CHATML, LLAMA3, ALPACA")
      }
    }).pipe(Effect.provide(LlmLab.layer()))
  )

  it.scopedLive("says so where the template does not take the conversation", () =>
    Effect.gen(function* () {
      const { llm, stub } = yield* scene({}, { template: "{{ raise_exception('No systems') }}" })
      const { failure } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
      assert.strictEqual(failure?.reason, "rejected")
      assert.include(failure?.message ?? "", "does not take this conversation: No systems")
      assert.lengthOf(stub.log.chats, 0)
    }).pipe(Effect.provide(Layer.fresh(LlmLab.layer())))
  )
})
