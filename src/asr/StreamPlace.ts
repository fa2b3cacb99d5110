import { Effect } from "effect"
import type { Scope } from "effect"
import type * as Breaker from "../engine/Breaker.ts"
import type * as FairShare from "../engine/FairShare.ts"
import { say } from "../language/Text.ts"
import { TranscriptionFailed } from "./Asr.ts"

/** An engine does not hear while one speaks, or not now. */
export const cannot = (engine: string): TranscriptionFailed =>
  new TranscriptionFailed({
    engine,
    detail: say("speech.cannotListen"),
    advice: say("speech.sayAgain"),
    fault: false
  })

/**
 * A place for what is heard while one speaks, until the scope closes; answers what fails when the place has gone to a
 * whole utterance that waited for it: nobody waits until another one has finished speaking. Nobody waits for a place
 * here, since what is said would pile up, and none is had of an engine that is down: the whole utterance is transcribed
 * afterwards, which tries it again. Failures of a stream are not counted for the same reason: whole utterances may well
 * be answered.
 */
export const take = (
  engine: string,
  member: FairShare.Member,
  breaker: Breaker.Breaker<TranscriptionFailed>
): Effect.Effect<Effect.Effect<void, TranscriptionFailed>, TranscriptionFailed, Scope.Scope> =>
  Effect.gen(function* () {
    if (yield* breaker.isOpen) return yield* cannot(engine)
    const loan = yield* Effect.flatten(member.borrow).pipe(Effect.mapError(() => cannot(engine)))
    return Effect.suspend(() => (loan.isMine() ? Effect.void : cannot(engine)))
  })
