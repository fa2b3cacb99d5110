import { assert } from "@effect/vitest"
import { Effect, Logger } from "effect"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { open } from "./describeTts.ts"

/** What a voice sends to speak a text, and what came of it. Nothing that was logged meanwhile holds `secret`. */
export const sentRequest = (
  config: (url: string) => TtsConfig,
  secret: string,
  text: string,
  answer: Answer,
  listen: typeof ServiceServer.listen = ServiceServer.listen
) => {
  const logged: Array<unknown> = []
  const logger = Logger.make(({ annotations, cause, message }) =>
    logged.push([message, cause, [...annotations]])
  )
  return Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => listen(() => answer)),
      ({ close }) => Effect.promise(close)
    )
    const tts = yield* open(config(server.url))
    const outcome = yield* Effect.either(tts.synthesize(text))
    const { body, headers, method, path } = server.log[0]!
    assert.notInclude(JSON.stringify(logged), secret)
    return { outcome, method, path, headers, body: body.toString() }
  }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
}
