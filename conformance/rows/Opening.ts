import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import * as Talk from "../Talk.ts"

const { bad, good } = about("connection opening")

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u

export const rows = [
  good("greets with five messages, in this order", (subject) =>
    Effect.gen(function* () {
      const { opening } = yield* subject.connect()
      equal(
        Talk.kinds(opening),
        [
          "group-update",
          "full-text Connection established",
          "set-model-and-conf",
          "group-update",
          "start-mic"
        ],
        "the opening"
      )
      for (const update of Talk.ofType(opening, "group-update"))
        equal(update, { type: "group-update", members: [], is_owner: false }, "group-update")
    })
  ),
  good("gives each connection an id of its own, a UUID of version 4", (subject) =>
    Effect.gen(function* () {
      const [one, other] = [yield* subject.connect(), yield* subject.connect()]
      holds(uuid.test(one.clientUid), `client_uid to be a UUIDv4, got ${one.clientUid}`)
      holds(one.clientUid !== other.clientUid, "two connections to have different client_uid")
    })
  ),
  good("answers requests that do not wait for the greeting, in their order", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      for (const type of ["fetch-backgrounds", "fetch-configs", "fetch-history-list", "create-new-history"])
        yield* talk.send({ type })
      equal(
        Talk.kinds(yield* talk.settle),
        ["background-files", "config-files", "history-list", "new-history-created"],
        "the answers"
      )
    })
  ),
  bad("refuses a page of another origin with 403", (subject) =>
    Effect.gen(function* () {
      for (const origin of ["https://elsewhere.example", "null"]) {
        const outcome = yield* Effect.either(subject.connect({ origin }))
        holds(
          outcome._tag === "Left" && outcome.left.message.includes("403"),
          `status 403 for the origin ${origin}`
        )
      }
    })
  ),
  good("takes connections of its own pages, of the desktop pet and of native clients", (subject) =>
    Effect.gen(function* () {
      for (const options of [{ origin: subject.url }, { origin: "file://" }, {}])
        yield* subject.connect(options)
    })
  )
]
