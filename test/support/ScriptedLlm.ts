import { Effect, Stream } from "effect"
import type { Llm, LlmDelta, LlmFailed, LlmRequest } from "../../src/llm/Llm.ts"

/** What one request is answered with: pieces of text, calls, or a failure at the end. */
export type Answer = ReadonlyArray<string | LlmDelta | LlmFailed>

export const call = (id: string, name: string, input: object | string = {}): LlmDelta => ({
  _tag: "Call",
  request: { id, name, input: typeof input === "string" ? input : JSON.stringify(input) }
})

const deltaOf = (piece: Answer[number]) => {
  if (typeof piece === "string") return Effect.succeed<LlmDelta>({ _tag: "Text", text: piece })
  return piece._tag === "LlmFailed" ? Effect.fail(piece) : Effect.succeed(piece)
}

/** A model that answers its requests in turn, as the script says; what it was asked is kept. */
export const make = (script: ReadonlyArray<Answer>, changes: Partial<Llm> = {}) => {
  const requests: Array<LlmRequest> = []
  /** Pieces that were taken from it. */
  const written: Array<Answer[number]> = []
  const llm: Llm = {
    provider: "scripted_llm",
    model: "scripted",
    callsTools: true,
    stream: (request) =>
      Stream.suspend(() => {
        const answer = script[requests.push(request) - 1] ?? []
        return Stream.mapEffect(Stream.fromIterable(answer), (piece) => {
          written.push(piece)
          return deltaOf(piece)
        }).pipe(Stream.rechunk(1))
      }),
    ...changes
  }
  return { llm, requests, written }
}
