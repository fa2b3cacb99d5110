import { Console, Duration, Effect } from "effect"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import { ModelStore } from "../../models/ModelStore.ts"
import type { ModelUnavailable } from "../../models/ModelUnavailable.ts"
import * as Progress from "../../models/Progress.ts"
import * as ServerLife from "../../wyoming/ServerLife.ts"
import * as EngineChecks from "./EngineChecks.ts"
import type { Spoken } from "./EngineChecks.ts"
import * as NamedEngines from "./NamedEngines.ts"
import type { NamedEngine } from "./NamedEngines.ts"
import * as NeededModels from "./NeededModels.ts"
import * as Report from "./Report.ts"
import { english } from "../../language/Text.ts"

export interface Options {
  /** What has to be said beside a command so that it means the same configuration, with a space before it; or nothing. */
  readonly config: string
  /** Whether there are several characters, so that it has to be said whose engine it is. */
  readonly several: boolean
  /** Whether the server fetches nothing by itself. */
  readonly offline: boolean
  /** Why models could not be fetched, by `NeededModels.nameOf`. */
  readonly refusals: ReadonlyMap<string, ModelUnavailable>
}

const pulls = ({ bytes, id }: NeededModels.Missing, { config }: Options) =>
  `"seiyuu models pull${config} ${id}" fetches ${Progress.readable(bytes)}`

/** Whether a model that the engine needs is not here, and why. */
const missingOf = Effect.fnUntraced(function* ({ needs }: NamedEngine, options: Options) {
  const [unmet] = yield* NeededModels.allMissing(yield* ModelStore, needs)
  if (unmet === undefined) return undefined
  const refusal = options.refusals.get(NeededModels.nameOf(unmet.needed))
  return refusal === undefined
    ? Report.missing(
        `its model ${unmet.model.id} is not here`,
        `${pulls(unmet.model, options)}; so does "seiyuu doctor${options.config} --fetch".`
      )
    : Report.missing(`its model could not be fetched: ${english(refusal.reason)}`, refusal.advice)
})

/** What the server would fetch by itself although there is a model. */
const betterOf = Effect.fnUntraced(function* ({ needs }: NamedEngine, options: Options) {
  const store = yield* ModelStore
  const better = options.offline
    ? []
    : yield* Effect.forEach(needs, (needed) => NeededModels.better(store, needed))
  const model = better.find((model) => model !== undefined)
  return model === undefined
    ? ""
    : `The server tries to fetch a better model first: ${pulls(model, options)} now.`
})

/** Of an engine whose program may fetch its model: until its start is given up, and a minute of work. */
const whileFetching: Report.Limit = {
  seconds: Duration.toSeconds(ServerLife.startTime) + 60,
  mend: "Its program may still be fetching its model: look at this machine's network, then try again; what it has fetched it keeps."
}

/** Where the speech of `substitute` is kept. */
const spare = "substitute"

/** What speaks to recognisers where the character's own voice is silent. */
const substitute = ({ tts_config }: CharacterConfig) =>
  EngineChecks.tts({ ...tts_config, tts_model: "flite_tts", flite_tts: { voice: "slt" } })

/**
 * A row for each engine, one after the other, so that no more memory is needed than for one. Voices come before those
 * that hear: these listen to what their character's voice has said, or, where it is silent, to the voice that comes
 * along.
 */
export const of = Effect.fn("EngineRows.of")(function* (
  engines: ReadonlyArray<NamedEngine>,
  options: Options
) {
  const said = new Map<string, Float32Array>()
  const speechFor = Effect.fnUntraced(function* ({ character }: NamedEngine) {
    const own = said.get(NamedEngines.voiceKey(character)) ?? said.get(spare)
    if (own !== undefined) return own
    const { speech } = yield* substitute(character)
    if (speech !== undefined) said.set(spare, speech)
    return speech
  })
  const hearing = <R>(
    named: NamedEngine,
    judge: (speech: Float32Array) => Effect.Effect<Report.Finding, never, R>
  ) =>
    Effect.flatMap(speechFor(named), (speech) =>
      speech === undefined
        ? Effect.succeed(
            Report.warning("not checked: no voice speaks here that it could hear", "Mend the voice first.")
          )
        : judge(speech)
    )
  const keep =
    ({ key }: NamedEngine) =>
    ({ finding, speech }: Spoken) => {
      if (speech !== undefined) said.set(key, speech)
      return finding
    }
  const judge = (named: NamedEngine) => {
    const { asr_config, tts_config, vad_config } = named.character
    switch (named.kind) {
      case "llm":
        return EngineChecks.llm(named.character)
      case "embedding":
        return EngineChecks.embedding()
      case "tts":
        return Effect.map(EngineChecks.tts(tts_config), keep(named))
      case "asr":
        return hearing(named, (speech) => EngineChecks.asr(asr_config, speech))
      case "vad":
        return hearing(named, (speech) => EngineChecks.vad(vad_config, speech))
      case "wake":
        return EngineChecks.wake(named.character.wake_word)
    }
  }
  const find = Effect.fnUntraced(function* (named: NamedEngine) {
    const missing = yield* missingOf(named, options)
    if (missing !== undefined) return missing
    const finding = yield* judge(named)
    return finding.state === "ok" && finding.mend === ""
      ? { ...finding, mend: yield* betterOf(named, options) }
      : finding
  })
  return yield* Effect.forEach(engines, (named) => {
    const label = NamedEngines.label(named, options.several)
    return NamedEngines.startsServer(named)
      ? Effect.zipRight(
          Console.error(
            `Checking ${label}, whose program may be fetching its model, for ${Duration.toMinutes(ServerLife.startTime)} minutes at most …`
          ),
          Report.check(label, find(named), whileFetching)
        )
      : Effect.zipRight(Console.error(`Checking ${label} …`), Report.check(label, find(named)))
  })
})
