import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const nobody = "00000000-0000-4000-8000-000000000000"

const info = { type: "request-group-info" }
const invite = (invitee: Talk.Talk) => ({ type: "add-client-to-group", invitee_uid: invitee.clientUid })
const remove = (target: Talk.Talk) => ({ type: "remove-client-from-group", target_uid: target.clientUid })

/** The members as a client sees them, in any order, and whether it owns the group. */
const groupSeenBy = (talk: Talk.Talk) =>
  Effect.map(talk.request(info), (answer) => {
    const update = Talk.ofType(answer, "group-update").at(-1)
    return { members: update?.members.toSorted(), owns: update?.is_owner }
  })

const uids = (...talks: ReadonlyArray<Talk.Talk>) => talks.map(({ clientUid }) => clientUid).toSorted()

const success = (answer: Talk.Messages) =>
  Talk.ofType(answer, "group-operation-result").map(({ success }) => success)

/** Waits until that many clients are in the client's group. */
const grown = (talk: Talk.Talk, size: number) =>
  talk.until(
    `group-update with ${size} members`,
    (message) => message.type === "group-update" && message.members.length === size
  )

/** Greeted clients in one group, which the first owns. */
const together = Effect.fnUntraced(function* (subject: Subject, size: number) {
  const talks: Array<Talk.Talk> = []
  for (let count = 0; count < size; count++) talks.push(yield* subject.connect())
  const [owner, ...others] = talks
  for (const [index, other] of others.entries()) {
    yield* owner!.send(invite(other))
    yield* Effect.forEach(talks.slice(0, index + 2), (talk) => grown(talk, index + 2))
  }
  return talks as [Talk.Talk, Talk.Talk, ...Array<Talk.Talk>]
})

/** The last of them has left, or the group would be there for the next row. */
const apart = (talks: ReadonlyArray<Talk.Talk>) =>
  Effect.forEach(talks, (talk) => Effect.ignore(talk.send(remove(talk))))

const adding = about("add-client-to-group")
const removing = about("remove-client-from-group")

export const rows = [
  about("request-group-info").good("says that the client is in no group", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(yield* talk.request(info), [{ type: "group-update", members: [], is_owner: false }], "the answer")
    })
  ),
  about("request-group-info").good("says who is in the client's group, and whose it is", (subject) =>
    Effect.gen(function* () {
      const [owner, other] = yield* together(subject, 2)
      equal(yield* groupSeenBy(owner), { members: uids(owner, other), owns: true }, "what the owner sees")
      equal(yield* groupSeenBy(other), { members: uids(owner, other), owns: false }, "what the other sees")
      yield* apart([other])
    })
  ),
  adding.good("makes a group of two, and tells both", (subject) =>
    Effect.gen(function* () {
      const owner = yield* subject.connect()
      const other = yield* subject.connect()
      yield* owner.send(invite(other))
      for (const talk of [owner, other]) {
        const answer = yield* grown(talk, 2)
        const result = [...answer, ...(yield* talk.settle)]
        equal(success(result), [true], "success")
      }
      yield* apart([other])
    })
  ),
  adding.good("takes a third client into the same group", (subject) =>
    Effect.gen(function* () {
      const [owner, ...others] = yield* together(subject, 3)
      for (const talk of others)
        equal(yield* groupSeenBy(talk), { members: uids(owner, ...others), owns: false }, "what it sees")
      yield* apart(others)
    })
  ),
  adding.bad("fails for a client that is not connected", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(
        success(yield* talk.request({ type: "add-client-to-group", invitee_uid: nobody })),
        [false],
        "success"
      )
    })
  ),
  adding.bad("fails for a client that is in a group already", (subject) =>
    Effect.gen(function* () {
      const [owner, other] = yield* together(subject, 2)
      const third = yield* subject.connect()
      equal(success(yield* third.request(invite(other))), [false], "success")
      equal(yield* groupSeenBy(other), { members: uids(owner, other), owns: false }, "what the other sees")
      yield* apart([other])
    })
  ),
  removing.bad("fails outside a group", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(
        success(yield* talk.request({ type: "remove-client-from-group", target_uid: nobody })),
        [false],
        "success"
      )
    })
  ),
  removing.bad("fails for a member that wants to remove another one", (subject) =>
    Effect.gen(function* () {
      const [owner, other, third] = yield* together(subject, 3)
      equal(success(yield* other.request(remove(third!))), [false], "success")
      equal((yield* groupSeenBy(third!)).members, uids(owner, other, third!), "the members")
      yield* apart([other, third!])
    })
  ),
  removing.good("lets the owner remove a member, who is told", (subject) =>
    Effect.gen(function* () {
      const [owner, other, third] = yield* together(subject, 3)
      yield* owner.send(remove(other))
      yield* grown(other, 0)
      yield* grown(third!, 2)
      equal((yield* groupSeenBy(owner)).members, uids(owner, third!), "the members")
      equal(yield* groupSeenBy(other), { members: [], owns: false }, "what the removed one sees")
      yield* apart([third!])
    })
  ),
  removing.good("dissolves a group of which one member is left", (subject) =>
    Effect.gen(function* () {
      const [owner, other] = yield* together(subject, 2)
      yield* other.send(remove(other))
      yield* grown(owner, 0)
      equal(yield* groupSeenBy(owner), { members: [], owns: false }, "what the one that is left sees")
    })
  ),
  about("disconnecting").good("is told to the group, which a remaining member then owns", (subject) =>
    Effect.gen(function* () {
      const [owner, other, third] = yield* together(subject, 3)
      owner.client.socket.close()
      for (const talk of [other, third!]) {
        const told = yield* grown(talk, 2)
        const results = Talk.ofType([...told, ...(yield* talk.settle)], "group-operation-result")
        holds(
          results.some(({ message }) => message.includes(`${owner.clientUid} disconnected`)),
          `"Member ${owner.clientUid} disconnected", got ${JSON.stringify(results)}`
        )
      }
      const seen = [yield* groupSeenBy(other), yield* groupSeenBy(third!)]
      equal(seen.filter(({ owns }) => owns).length, 1, "how many own the group")
      yield* apart([third!])
    })
  ),
  adding.bad("fails for the client itself", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(success(yield* talk.request(invite(talk))), [false], "success")
      equal(yield* groupSeenBy(talk), { members: [], owns: false }, "what it sees")
    })
  )
]
