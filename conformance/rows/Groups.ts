import { Effect } from "effect"
import { about, equal } from "../Row.ts"
import * as Talk from "../Talk.ts"

const nobody = "00000000-0000-4000-8000-000000000000"

/** What holds outside a group. */
export const rows = [
  about("request-group-info").good("says that the client is in no group", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(
        yield* talk.request({ type: "request-group-info" }),
        [{ type: "group-update", members: [], is_owner: false }],
        "the answer"
      )
    })
  ),
  about("add-client-to-group").bad("fails for a client that is not connected", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const answer = yield* talk.request({ type: "add-client-to-group", invitee_uid: nobody })
      equal(
        Talk.ofType(answer, "group-operation-result").map(({ success }) => success),
        [false],
        "success"
      )
    })
  ),
  about("remove-client-from-group").bad("fails outside a group", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const answer = yield* talk.request({ type: "remove-client-from-group", target_uid: nobody })
      equal(
        Talk.ofType(answer, "group-operation-result").map(({ success }) => success),
        [false],
        "success"
      )
    })
  )
]
