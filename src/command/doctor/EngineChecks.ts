import { Chunk, Duration, Effect, Option, Stream } from "effect"
import { Agents } from "../../agent/Agent.ts"
import { AsrEngines } from "../../asr/Asr.ts"
import { Decode } from "../../audio/Decode.ts"
import * as Pcm from "../../audio/Pcm.ts"
import * as Speech from "../../audio/Speech.ts"
import * as Wav from "../../audio/Wav.ts"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import * as McpClient from "../../mcp/McpClient.ts"
import { Embedders } from "../../recall/Embedder.ts"
import * as AdaptiveVad from "../../session/AdaptiveVad.ts"
import { TtsEngines } from "../../tts/Tts.ts"
import * as SpeechDetector from "../../vad/SpeechDetector.ts"
import type { SpeechEvent } from "../../vad/SpeechDetector.ts"
import { VadEngines } from "../../vad/Vad.ts"
import { KeywordSpotters } from "../../wake/KeywordSpotter.ts"
import * as LlmAddress from "./LlmAddress.ts"
import * as Report from "./Report.ts"
import type { Words } from "../../language/Text.ts"

/** What voices say and recognisers hear. */
const sentence = "One two three."

/** Samples softer than this, of 32,767, cannot be heard. */
const audible = 300

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** A failure of an engine as it says it itself. */
const failed = (
  failure: { readonly advice: Words } & ({ readonly reason: Words } | { readonly detail: Words })
) => Report.broken("detail" in failure ? failure.detail : failure.reason, failure.advice)

/** Effect with the time that it took, in ms. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([took, value]) => [Duration.toMillis(took), value] as const)

/** A model on this machine says a word; a remote provider is only asked what it has. */
export const llm = Effect.fn("EngineChecks.llm")(
  function* (character: CharacterConfig) {
    const agents = yield* Agents
    const [opened, agent] = yield* timed(agents.open({ character, emotions: [], tools: McpClient.none }))
    const { agent_settings, conversation_agent_choice: choice, llm_configs } = character.agent_config
    // Whatever is said to an agent elsewhere stays in its memory.
    if (choice !== "basic_memory_agent")
      return Report.warning(
        "it is configured; no word was said to it, since it would remember that",
        "Talk with the character to see whether it answers."
      )
    const provider = agent_settings.basic_memory_agent!.llm_provider
    const remote = yield* LlmAddress.check(llm_configs, provider)
    if (remote !== undefined) return remote
    const [spoke, events] = yield* timed(
      agent
        .reply({
          conversation: "doctor",
          memory: [],
          from: character.human_name,
          text: "Say hello.",
          images: []
        })
        .pipe(
          Stream.filter((event) => event._tag !== "Tool" && event.text.trim() !== ""),
          Stream.take(1),
          Stream.runCollect
        )
    )
    return Chunk.isEmpty(events)
      ? Report.broken("it answers nothing", "Choose another model with llama_cpp_llm.model_path.")
      : Report.ok(`loaded in ${seconds(opened)}, first word after ${seconds(spoke)}`)
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed(failed(failure)),
    LlmFailed: (failure) => Effect.succeed(failed(failure))
  }),
  Effect.scoped
)

/** What a voice has said, or that it has not. */
export interface Spoken {
  readonly finding: Report.Finding
  /** As recognisers take it. */
  readonly speech?: Float32Array
}

/** `took`: how long it was spoken, in ms. */
export const judgeSound = (pcm: Pcm.Pcm, took: number): Report.Finding => {
  const length = Pcm.duration(pcm)
  if (!pcm.samples.some((sample) => Math.abs(sample) >= audible))
    return Report.broken(
      length === 0 ? "it gives no sound" : `it gives ${seconds(length)} of silence`,
      "Choose another voice with tts_config.tts_model, or look what its settings say."
    )
  const factor = took / length
  const detail = `${seconds(length)} of sound in ${seconds(took)} (real-time factor ${factor.toFixed(2)})`
  return factor <= 1
    ? Report.ok(detail)
    : Report.warning(
        `${detail}: slower than it is heard`,
        "Sentences will have gaps between them; a smaller voice is faster."
      )
}

/** The voice speaks a sentence. */
export const tts = Effect.fn("EngineChecks.tts")(
  function* (config: CharacterConfig["tts_config"]) {
    const voice = yield* (yield* TtsEngines).open(config)
    const [took, pcm] = yield* timed(voice.synthesize(sentence))
    const finding = judgeSound(pcm, took)
    if (finding.state === "broken") return { finding } as Spoken
    const speech = yield* Effect.option((yield* Decode).speech(Wav.encode(pcm)))
    return speech._tag === "Some" ? { finding, speech: speech.value } : { finding }
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed<Spoken>({ finding: failed(failure) }),
    SynthesisFailed: (failure) => Effect.succeed<Spoken>({ finding: failed(failure) })
  }),
  Effect.scoped
)

/** What long-term memory is looked through with is given a sentence. */
export const embedding = Effect.fn("EngineChecks.embedding")(
  function* () {
    const [took, embedder] = yield* timed(Effect.flatMap(Embedders, ({ open }) => open))
    const [vector] = yield* embedder.embed([sentence])
    return vector === undefined || vector.every((number) => number === 0)
      ? Report.broken("it finds no meaning in a sentence", "Set long_term_memory.enabled to false.")
      : Report.ok(`loaded in ${seconds(took)}`)
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed(failed(failure)),
    EmbeddingFailed: ({ detail }) =>
      Effect.succeed(Report.broken(detail, "Set long_term_memory.enabled to false."))
  }),
  Effect.scoped
)

/** Numbers as recognisers write them. */
const numbers = /\b(?:one|two|three)\b|[123一二三]/iu

/** `took`: how long it was listened to, in ms. */
export const judgeTranscript = (transcript: string, took: number): Report.Finding => {
  const detail = `heard ${JSON.stringify(transcript)} in ${seconds(took)} where ${JSON.stringify(sentence)} was said`
  if (transcript.trim() === "")
    return Report.broken(
      `it understood nothing where ${JSON.stringify(sentence)} was said`,
      "Check its model and its language in asr_config, or whether the character's voice speaks clearly."
    )
  return numbers.test(transcript)
    ? Report.ok(detail)
    : Report.warning(
        detail,
        "If voice or recogniser are for another language than English, all is well; else choose a larger model."
      )
}

/** The recogniser listens to that sentence. */
export const asr = Effect.fn("EngineChecks.asr")(
  function* (config: CharacterConfig["asr_config"], speech: Float32Array) {
    const recogniser = yield* (yield* AsrEngines).open(config)
    const [took, transcript] = yield* timed(recogniser.transcribe(speech))
    return judgeTranscript(transcript, took)
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed(failed(failure)),
    TranscriptionFailed: (failure) => Effect.succeed(failed(failure))
  }),
  Effect.scoped
)

/** What was found where `spoken` ms of speech lie between two seconds of silence. */
export const judgeDetection = (events: ReadonlyArray<SpeechEvent>, spoken: number): Report.Finding => {
  const found = events.flatMap((event) => (event._tag === "Ended" ? [event.utterance.length] : []))
  if (found.length === 0)
    return Report.broken(
      `it found no speech where ${seconds(spoken)} of it were`,
      "Lower prob_threshold, db_threshold or required_hits in vad_config.silero_vad."
    )
  const length = found.reduce((sum, samples) => sum + samples, 0) / Speech.sampleRate
  return Report.ok(`found ${seconds(length * 1000)} of speech where ${seconds(spoken)} of it were`)
}

/** The listener hears silence, speech and silence, with the character's thresholds. */
export const vad = Effect.fn("EngineChecks.vad")(
  function* (config: CharacterConfig["vad_config"], speech: Float32Array) {
    const listener = yield* (yield* VadEngines).open(config)
    const detector = SpeechDetector.make()
    const rules = AdaptiveVad.rules(config.silero_vad, undefined)
    const silence = new Float32Array(Speech.sampleRate)
    const events: Array<SpeechEvent | undefined> = []
    for (const part of [silence, speech, silence])
      for (const window of yield* listener.listen(part)) events.push(detector.push(window, rules))
    events.push(detector.finish())
    const spoken = (speech.length / Speech.sampleRate) * 1000
    return judgeDetection(
      events.filter((event) => event !== undefined),
      spoken
    )
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed(failed(failure)),
    DetectionFailed: (failure) => Effect.succeed(failed(failure))
  }),
  Effect.scoped
)

/** The spotter is loaded with the character's words, and hears none of them in silence. */
export const wake = Effect.fn("EngineChecks.wake")(
  function* (config: CharacterConfig["wake_word"]) {
    const [opened, spotter] = yield* timed(
      Effect.flatMap(KeywordSpotters, (spotters) => spotters.open(config))
    )
    const found = yield* spotter.spot(new Float32Array(Speech.sampleRate))
    return Option.isSome(found)
      ? Report.broken(
          `it heard ${JSON.stringify(found.value.word)} in silence`,
          "Raise wake_word.keyword_spotter.threshold."
        )
      : Report.ok(`loaded in ${seconds(opened)}; it hears nothing in silence`)
  },
  Effect.catchTags({
    EngineUnavailable: (failure) => Effect.succeed(failed(failure)),
    SpottingFailed: (failure) => Effect.succeed(failed(failure))
  }),
  Effect.scoped
)
