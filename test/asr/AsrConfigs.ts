import { Schema } from "effect"
import { AsrConfig } from "../../src/config/AsrConfig.ts"
import * as Fields from "../../src/config/Fields.ts"
import type { RecogniserName } from "../../src/config/RecogniserNames.ts"

/** As conf.yaml gives it: a recogniser, and its section. */
export const of = (
  asr_model: RecogniserName,
  section: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>> = {}
): AsrConfig =>
  Schema.decodeUnknownSync(Fields.section(AsrConfig))({ asr_model, [asr_model]: section, ...others })
