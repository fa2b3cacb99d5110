import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TranscriptionFailed } from "../../src/asr/Asr.ts"
import { AudioTooLong } from "../../src/audio/AudioTooLong.ts"
import { DecoderStopped } from "../../src/audio/DecoderStopped.ts"
import { UndecodableAudio } from "../../src/audio/UndecodableAudio.ts"
import { CharacterNotFound } from "../../src/config/Characters.ts"
import { ConfigInvalid } from "../../src/config/ConfigInvalid.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import { JobFailed } from "../../src/engine/JobFailed.ts"
import { GroupRefused } from "../../src/group/GroupWords.ts"
import { HistoryFailed, HistoryNotFound } from "../../src/history/History.ts"
import { english, inLanguage, say } from "../../src/language/Text.ts"
import type { Words } from "../../src/language/Text.ts"
import { BadTemplate } from "../../src/llm/ChatTemplate.ts"
import { LlmFailed } from "../../src/llm/Llm.ts"
import { ToolFailed } from "../../src/mcp/McpClient.ts"
import { ModelUnavailable } from "../../src/models/ModelUnavailable.ts"
import { PiperVoiceUnusable } from "../../src/models/PiperVoice.ts"
import * as ClientMessage from "../../src/protocol/ClientMessage.ts"
import * as SpeechMessage from "../../src/protocol/SpeechMessage.ts"
import { TextQueueFull } from "../../src/proxy/TextQueue.ts"
import { EmbeddingFailed } from "../../src/recall/Embedder.ts"
import { ClipNotKept } from "../../src/server/Clips.ts"
import { TranslationFailed } from "../../src/translate/Translator.ts"
import { SynthesisFailed } from "../../src/tts/Tts.ts"
import { DetectionFailed } from "../../src/vad/Vad.ts"
import { SpottingFailed } from "../../src/wake/KeywordSpotter.ts"

const detail = say("engine.noServer", "192.0.2.7:8080")
const advice = say("engine.startServer", "tts_config.openai_tts.base_url")
const engine = "openai_tts"
const work = { engine, detail, advice }
const malformed = (frame: unknown) => Effect.runSync(Effect.flip(ClientMessage.decode(JSON.stringify(frame))))

/** Everything that a client may be told of, but for what only a session or a socket can fail with. */
const failures: ReadonlyArray<{ readonly _tag: string; readonly message: string; readonly words: Words }> = [
  malformed([]),
  malformed({ type: "dance" }),
  malformed({ type: "text-input" }),
  malformed({ type: "text-input", text: 5 }),
  malformed({ type: "text-input", text: { deep: 1 } }),
  malformed({ type: "text-input", text: "Hi", images: [5] }),
  malformed({ type: "text-input", text: "Hi", images: [{ source: "moon", data: "", mime_type: "" }] }),
  malformed({ type: "text-input", text: "x".repeat(40_000) }),
  malformed({ type: "mic-audio-data", audio: [1, "x"] }),
  malformed({ type: "use-extensions", person: "a\nb" }),
  malformed({ type: "use-extensions", tool_consent: "yes" }),
  malformed({ type: "use-extensions", colour: 1 }),
  malformed({ type: "switch-config", file: "" }),
  malformed({ type: "edit-memory", id: 1.5, text: "x" }),
  malformed({ type: "edit-memory", id: 1, text: "x", importance: 11 }),
  malformed({ type: "adaptive-vad-control", action: "jump" }),
  malformed({ type: "mcp-tool-call", tool_name: "a", arguments: [] }),
  Effect.runSync(Effect.flip(SpeechMessage.decode("{"))),
  Effect.runSync(Effect.flip(SpeechMessage.decode('{"text":" "}'))),
  new EngineUnavailable({ kind: "tts", engine, reason: detail, advice }),
  new EngineUnavailable({
    kind: "mcp",
    engine: "MCP server time",
    reason: say("tools.noAnswer", "ECONNREFUSED"),
    advice
  }),
  new JobFailed({ ...work, reason: "busy" }),
  new SynthesisFailed(work),
  new TranscriptionFailed(work),
  new DetectionFailed(work),
  new SpottingFailed(work),
  new TranslationFailed(work),
  new LlmFailed({ provider: "openai_llm", reason: "unreachable", detail, advice }),
  new ToolFailed({
    tool: "time",
    reason: "unknown-tool",
    detail: say("tools.noToolHint", ' (did you mean "times"?)'),
    advice
  }),
  new BadTemplate({ line: 7, problem: say("llm.blockNotClosed") }),
  new ModelUnavailable({
    id: "auto",
    tried: [
      { source: say("models.from", "a", say("models.npmPackage", "b")), reason: say("models.status", 404) }
    ],
    advice: say("models.pull", "a")
  }),
  new PiperVoiceUnusable({
    voice: "lena.onnx",
    reason: say("models.noFile"),
    advice: say("models.checkPath")
  }),
  new EmbeddingFailed({ detail: say("speech.threadEnded") }),
  new UndecodableAudio({ reason: say("speech.rate", 7, 1000, 384_000) }),
  new DecoderStopped({ reason: say("speech.decoderEnded") }),
  new AudioTooLong({ longest: 120 }),
  new ClipNotKept({ cause: undefined }),
  new TextQueueFull({ limit: 32 }),
  new HistoryNotFound({ uid: "2026-01-02_03-04-05_x" }),
  new HistoryFailed({ action: say("history.addMessages"), cause: undefined }),
  new GroupRefused({ reason: "yourself", uid: "31" }),
  new GroupRefused({ reason: "not-connected", uid: "31" }),
  new GroupRefused({ reason: "is-in-group", uid: "31" }),
  new GroupRefused({ reason: "in-no-group", uid: "31" }),
  new GroupRefused({ reason: "no-member", uid: "31" }),
  new GroupRefused({ reason: "not-owner", uid: "31" }),
  new GroupRefused({ reason: "full", uid: "31" }),
  new CharacterNotFound({ filename: "nobody.yaml" }),
  new ConfigInvalid({
    file: "brook.yaml",
    problems: [
      {
        path: "character_config.vad_config.silero_vad.required_hits",
        line: 10,
        column: 72,
        message: "expected a whole number from 1 to 1000, found 0"
      }
    ]
  })
]

const src = fileURLToPath(new URL("../../src", import.meta.url))

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(`${src}/${file}`, "utf8") }))

/** Errors in the sources that have words for clients, by name. */
const withWords = () =>
  sources.flatMap(({ text }) =>
    text
      .split(/^(?=(?:export )?class )/mu)
      .filter(
        (part) => /^(?:export )?class/u.test(part) && /^ {2}(?:get words\(\)|words: Words)/mu.test(part)
      )
      .map((part) => /class (\w+)/u.exec(part)![1]!)
  )

/** The log's and the command line's own, which stay in English. */
const own = /^(?:language|command|moving|config|telemetry|recall\/Learning|llm\/OllamaKeeper)/u

/** Sentences that stand in an error, or in a message to a client, and not in the catalogue. */
const prose =
  /\b(?:detail|advice|reason|problem|said|error):\s*(["`])(?:(?!\1)[^\n])*[a-z] [a-z](?:(?!\1)[^\n])*\1/gu

/** They are told on a socket only: see `test/server/Languages.test.ts`. */
const elsewhere = ["NothingSaid", "NothingSpoken"]

describe("failures that clients are told of", () => {
  it("have their sentences in the catalogue", () => {
    const found = sources
      .filter(({ file }) => !own.test(file))
      .flatMap(({ file, text }) => (text.match(prose) ?? []).map((sentence) => `${file} ${sentence}`))
    assert.deepStrictEqual(found, [])
  })

  it("are all looked at here", () => {
    const here = failures.map(({ _tag }) => _tag)
    assert.sameMembers([...new Set([...here, ...elsewhere])], withWords())
  })

  it("say the same in Chinese, with every number and name", () => {
    for (const { message, words } of failures) {
      const said = inLanguage(words, "zh")
      assert.strictEqual(english(words), message)
      assert.match(said, /\p{Script=Han}/u, message)
      // What is left in English are names.
      assert.notMatch(said, /[a-z]+ (?:is|are|has|have|was|not|the|of|to|it|an?) [a-z]+/u, message)
      for (const part of message.match(/\d+|\b\w+(?:[._]\w+)+\b|"[^"]+"/gu) ?? [])
        assert.include(said, part.replaceAll('"', ""), message)
    }
  })
})
