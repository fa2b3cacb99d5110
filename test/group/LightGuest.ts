import { Context, Effect, Exit, Scope } from "effect"
import * as ActiveTurn from "../../src/conversation/ActiveTurn.ts"
import type { Client } from "../../src/conversation/Client.ts"
import * as Playback from "../../src/conversation/Playback.ts"
import type { Story } from "../../src/conversation/Story.ts"
import { Groups } from "../../src/group/Groups.ts"
import type { Member } from "../../src/group/Member.ts"
import { interruptedMark } from "../../src/history/History.ts"
import * as ServerMessages from "../../src/protocol/ServerMessage.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import * as Mutex from "../../src/supervision/Mutex.ts"
import type { Guest } from "./GroupModel.ts"

/** Answers of all characters so far: no two are alike. */
let answers = 0

/** A conversation as a list of lines. */
const storyIn = (lines: Array<string>): Story => {
  let at: number | undefined
  const mark = (heard: string) => {
    if (at === undefined) lines.push(heard)
    else lines[at] = heard
    lines.push(interruptedMark)
  }
  return {
    asked: (text) => Effect.sync(() => void lines.push(text)),
    answered: (shown) => Effect.sync(() => void (at = lines.push(shown) - 1)),
    interrupted: (heard) => Effect.sync(() => mark(heard))
  }
}

export interface LightGuest extends Guest {
  /** Begins a turn that is between the character and its own client, whatever the group does. */
  readonly speakAlone: Effect.Effect<void>
}

/**
 * A session reduced to what its group sees of it: its turns send and store what those of sessions do, and take as little
 * time as can be.
 */
export const connect = Effect.fnUntraced(function* (uid: string) {
  const groups = yield* Groups
  const scope = yield* Scope.make()
  const received: Array<ServerMessage> = []
  const lines: Array<string> = []
  const playback = Playback.make()
  const alarms = yield* Alarms
  const exclusive = Mutex.make()
  const active = ActiveTurn.make(scope, yield* Effect.clock)
  const send: Context.Tag.Service<typeof Client>["send"] = (message, turn) =>
    Effect.sync(
      () => void (turn?.stopped === true || received.push(ServerMessages.inLanguage(message, "en")))
    )

  const turn = (
    speak: { readonly client: Pick<Context.Tag.Service<typeof Client>, "send">; readonly story: Story },
    onOver: Effect.Effect<void>
  ) =>
    active.start((token) => {
      const say = (message: ServerMessage) => speak.client.send(message, token)
      const shown = `Answer ${++answers}.`
      const audio: ServerMessage = {
        type: "audio",
        audio: "",
        volumes: [],
        slice_length: 20,
        display_text: { text: shown, name: uid, avatar: "" },
        actions: null,
        forwarded: false
      }
      return say(ServerMessages.control("conversation-chain-start")).pipe(
        Effect.zipRight(Effect.orDie(speak.story.asked(""))),
        Effect.zipRight(say(audio)),
        Effect.zipRight(Effect.orDie(speak.story.answered(shown))),
        Effect.zipRight(playback.wait(alarms, say({ type: "backend-synth-complete" }), "1 hour")),
        Effect.onExit((exit) =>
          Exit.isInterrupted(exit) ? Effect.orDie(speak.story.interrupted(token.heard ?? shown)) : Effect.void
        ),
        Effect.zipRight(say({ type: "force-new-message" })),
        Effect.zipRight(say(ServerMessages.control("conversation-chain-end"))),
        Effect.ensuring(onOver)
      )
    })

  const member: Member = {
    uid,
    scope,
    send,
    names: Effect.succeed({ human: { name: `Person ${uid}` }, ai: { name: uid, avatar: "" } }),
    listen: (input) => Effect.succeed(input._tag === "Text" ? input.text : ""),
    idleness: { stir: () => {}, restart: () => {} },
    story: () => Effect.sync(() => storyIn(lines)),
    isBusy: active.isRunning,
    hush: active.interrupt(),
    speak: ({ begin, client, onOver, story }) =>
      begin.pipe(
        Effect.flatMap((wanted) => (wanted ? turn({ client, story }, onOver) : onOver)),
        Effect.uninterruptible,
        exclusive.alone
      ),
    silence: (heard) => Effect.asVoid(active.interrupt(heard)),
    write: () => Effect.succeed(undefined)
  }
  yield* Scope.extend(groups.connect(member), scope)

  const guest: LightGuest = {
    uid,
    received,
    story: () => lines,
    isBusy: active.isRunning,
    exclusive,
    speakAlone: Effect.suspend(() => turn({ client: { send }, story: storyIn(lines) }, Effect.void)),
    send: (message) => {
      switch (message.type) {
        case "text-input":
          return Effect.flatMap(
            groups.trigger(uid, { _tag: "Text", text: message.text, images: [] }),
            (taken) => {
              if (taken) return Effect.void
              lines.push(message.text)
              const own = storyIn(lines)
              return turn({ client: { send }, story: { ...own, asked: () => Effect.void } }, Effect.void)
            }
          )
        case "interrupt-signal":
          return Effect.gen(function* () {
            const alone = (yield* active.isRunning) && !(yield* groups.isSpeaking(uid))
            if (alone || !(yield* groups.interrupt(uid, message.text))) yield* active.interrupt(message.text)
          })
        case "audio-play-start":
          return groups.relay(uid, message.display_text)
        case "frontend-playback-complete":
          return playback.complete
        case "add-client-to-group":
          return groups.invite(uid, message.invitee_uid)
        case "remove-client-from-group":
          return groups.remove(uid, message.target_uid)
      }
    },
    leave: Scope.close(scope, Exit.void)
  }
  return guest
})
