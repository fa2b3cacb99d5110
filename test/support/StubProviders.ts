import { Effect } from "effect"
import { startStub } from "./StubServer.ts"
import type { StubOptions } from "./StubServer.ts"

/** The stub of StubServer.ts, closed with the scope. */
export const open = (options: StubOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(() => startStub(options)),
    (stub) => Effect.promise(() => stub.close())
  )
