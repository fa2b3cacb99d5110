import { Effect, Ref } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { Settings } from "../config/Settings.ts"
import { Client } from "../conversation/Client.ts"
import * as Story from "../conversation/Story.ts"
import * as Turn from "../conversation/Turn.ts"
import { Groups } from "../group/Groups.ts"
import type { Member, Speech } from "../group/Member.ts"
import { History } from "../history/History.ts"
import { Alarms } from "../supervision/Alarms.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import { Census } from "../telemetry/Census.ts"
import { Facts } from "../history/Facts.ts"
import * as Extensions from "./Extensions.ts"
import type { Session } from "./Session.ts"
import * as SessionTurn from "./SessionTurn.ts"

/** What a model is told of a group, from `group_conversation_prompt`, with the placeholders that Open-LLM-VTuber knows. */
const situation = Effect.fnUntraced(function* (session: Session, { others, people }: Speech) {
  const { character } = yield* Ref.get(session.seat)
  const prompt = yield* (yield* Prompts).get("group_conversation_prompt", [...character.emotions.keys()])
  return prompt
    ?.replaceAll("{human_name}", () => people.join(", "))
    .replaceAll("{other_ais}", () => others.join(", "))
})

/** From now until its scope closes, a session may become a member of a group. */
export const connect = Effect.fnUntraced(function* (session: Session) {
  const { send, uid } = yield* Client
  const scope = yield* Effect.scope
  const context = yield* Effect.context<Settings | Prompts | History | Facts | Alarms | Census>()
  const character = Effect.map(Ref.get(session.seat), ({ character }) => character)

  const speak = (speech: Speech) =>
    Effect.gen(function* () {
      // While the session was busy it may have left the group.
      if (!(yield* speech.begin)) return yield* speech.onOver
      const turn = yield* SessionTurn.prepare(session, {
        story: speech.story,
        situation: yield* situation(session, speech),
        patience: speech.patience
      })
      yield* session.turn.start((token) => Effect.ensuring(turn(speech.input, token), speech.onOver))
    }).pipe(
      // Half a start would leave a turn that nobody runs.
      Effect.uninterruptible,
      session.exclusive.alone,
      Effect.provideService(Client, Client.of(speech.client)),
      Effect.provide(context),
      // The group's fiber is that of whoever has said something.
      Effect.annotateLogs(Attribute.clientUid, uid)
    )

  const member: Member = {
    uid,
    scope,
    send,
    names: Effect.map(character, ({ config }) =>
      Story.namesOf(config, Extensions.personOf(session.extensions, config))
    ),
    listen: (input, send) =>
      Effect.flatMap(character, ({ services }) => Turn.listen(services.asr, input, send)),
    idleness: {
      stir: session.idleness.stir,
      restart: () => {
        session.idleness.restart()
        session.wake.state.restart()
      }
    },
    story: (names) =>
      Effect.flatMap(character, ({ config }) =>
        Story.make({ current: session.history, confUid: config.conf_uid, names })
      ).pipe(Effect.provide(context)),
    isBusy: session.turn.isRunning,
    hush: session.turn.interrupt(),
    speak,
    silence: (heard) => Effect.asVoid(session.turn.interrupt(heard)),
    write: (task) =>
      character.pipe(
        Effect.flatMap(({ services }) => services.agent),
        Effect.flatMap(({ write }) => write?.(task) ?? Effect.succeed(undefined)),
        Effect.catchAll(() => Effect.succeed(undefined))
      )
  }
  yield* (yield* Groups).connect(member)
})
