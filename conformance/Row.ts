import { deepStrictEqual, ok } from "node:assert/strict"
import { Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { extensions } from "../src/protocol/ServerMessage.ts"
import type { Subject } from "./Subject.ts"

/** What a row needs of the server beside the protocol itself; `--without` leaves out the rows that need it. */
export const needs = {
  mind: "the character's model is the suite's own (--services-port)",
  voice: "the character's voice is the suite's own (--services-port)",
  ears: "a speech recogniser",
  vad: "voice activity detection on the server",
  tool: "the MCP tool of --tool, which the character and clients may call",
  characters: "a second character",
  wake: "the character of conformance/server that waits for its wake word",
  proxy: "the proxy (system_config.enable_proxy)",
  files: "the avatar, the picture and the background of conformance/server"
} as const
export type Need = keyof typeof needs

/** What a server may understand beyond the protocol. */
export type Extension = keyof typeof extensions

/** Whether a row is about what a client should do, or what it shouldn't. */
export type Kind = "good" | "bad input"

/** One promise of the protocol. */
export interface Row {
  /** The message, route or point that it is about, as the protocol names it. */
  readonly about: string
  readonly kind: Kind
  /** What holds, as a sentence about the server. */
  readonly title: string
  readonly needs: ReadonlyArray<Need>
  /** The extension that it is about: only a server that announces it has promised anything. */
  readonly extension: Extension | undefined
  /** Dies of an `AssertionError` if it does not hold. */
  readonly check: (subject: Subject) => Effect.Effect<unknown, Error, Scope.Scope>
}

/** Makes the rows about one message. */
export const about = (about: string, extension?: Extension) => {
  const row =
    (kind: Kind) =>
    (title: string, check: Row["check"], { needs = [] }: Partial<Pick<Row, "needs">> = {}): Row => ({
      about,
      kind,
      title,
      needs,
      extension,
      check
    })
  return { good: row("good"), bad: row("bad input") }
}

/** What did not come to be in time. */
export class TooLate extends Schema.TaggedError<TooLate>()("TooLate", { message: Schema.String }) {}

/** Fails the row. `expected` completes the sentence "expected …". */
export const holds = (condition: unknown, expected: string): void => ok(condition, `expected ${expected}`)

export const equal = (actual: unknown, expected: unknown, what: string): void => {
  try {
    deepStrictEqual(actual, expected)
  } catch {
    ok(false, `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)?.slice(0, 1000)}`)
  }
}
