import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

const fetch = about("fetch-configs")
const change = about("switch-config")
const init = about("request-init-config")
const backgrounds = about("fetch-backgrounds")
const needs = ["characters"] as const

const configs = (talk: Talk.Talk) =>
  Effect.zipRight(
    talk.send({ type: "fetch-configs" }),
    Effect.map(talk.next("config-files"), ({ configs }) => configs)
  )

/** Ends with the success or the failure of a switch. */
const switchTo = (talk: Talk.Talk, file: string) =>
  Effect.zipRight(
    talk.send({ type: "switch-config", file }),
    talk.until("config-switched or error", ({ type }) => type === "config-switched" || type === "error")
  )

const introduced = (messages: Talk.Messages) => Talk.ofType(messages, "set-model-and-conf").at(-1)

const withOther = (subject: Subject) =>
  Effect.gen(function* () {
    const talk = yield* subject.connect()
    const other = (yield* configs(talk)).find(({ filename }) => filename !== "conf.yaml")
    holds(other, "a second character in config-files")
    return { talk, other: other! }
  })

export const rows = [
  fetch.good("lists conf.yaml first, and each character under a name of its own", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      const listed = yield* configs(talk)
      equal(listed[0]?.filename, "conf.yaml", "the first file")
      const names = listed.map(({ name }) => name)
      equal(new Set(names).size, names.length, "different names")
      equal(introduced(talk.opening)?.conf_name, names[0], "the name of the character at the opening")
    })
  ),
  change.good(
    "introduces the character, and then says that it has switched",
    (subject) =>
      Effect.gen(function* () {
        const { other, talk } = yield* withOther(subject)
        const answer = yield* switchTo(talk, other.filename)
        equal(Talk.kinds(answer), ["set-model-and-conf", "config-switched"], "the answer")
        equal(introduced(answer)?.conf_name, other.name, "conf_name")
        equal(
          Talk.ofType(answer, "config-switched")[0]?.message,
          `Switched to config: ${other.filename}`,
          "the message"
        )
        equal(introduced(answer)?.client_uid, talk.clientUid, "client_uid")
      }),
    { needs }
  ),
  change.good(
    "leads back to the base configuration by conf.yaml",
    (subject) =>
      Effect.gen(function* () {
        const { other, talk } = yield* withOther(subject)
        yield* switchTo(talk, other.filename)
        const back = introduced(yield* switchTo(talk, "conf.yaml"))
        equal(back?.conf_uid, introduced(talk.opening)?.conf_uid, "conf_uid")
      }),
    { needs }
  ),
  change.good(
    "keeps each character's conversations apart",
    (subject) =>
      Effect.gen(function* () {
        const { other, talk } = yield* withOther(subject)
        const own = yield* talk.begin
        yield* talk.say(subject.mind.when({ chunks: ["Only mine."] }))
        yield* switchTo(talk, other.filename)
        yield* talk.send({ type: "fetch-history-list" })
        const { histories } = yield* talk.next("history-list")
        holds(!histories.some(({ uid }) => uid === own), "none of the other character's conversations")
      }),
    { needs: ["characters", "mind"] }
  ),
  change.bad("says what is wrong with an unknown file; the character stays", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      for (const file of [
        "nobody.yaml",
        "../conf.yaml",
        "..\\conf.yaml",
        "/etc/hostname",
        "characters/../../conf.yaml",
        "../characters-private/other.yaml",
        "%2e%2e/conf.yaml"
      ]) {
        const answer = yield* switchTo(talk, file)
        equal(
          answer.map(({ type }) => type),
          ["error"],
          `the answer to ${file}`
        )
        const { message } = Talk.ofType(answer, "error")[0]!
        holds(
          message.startsWith("Error switching configuration: "),
          `"Error switching configuration: …", got "${message}"`
        )
      }
      equal(
        introduced(yield* talk.request({ type: "request-init-config" }))?.conf_uid,
        introduced(talk.opening)?.conf_uid,
        "the character"
      )
    })
  ),
  init.good("introduces the character again, to the same client", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(
        yield* talk.request({ type: "request-init-config" }),
        Talk.ofType(talk.opening, "set-model-and-conf"),
        "the answer"
      )
    })
  ),
  backgrounds.good("lists pictures only, and serves each of them", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      yield* talk.send({ type: "fetch-backgrounds" })
      const { files } = yield* talk.next("background-files")
      for (const file of files) {
        holds(/\.(?:jpe?g|png|gif)$/iu.test(file), `a picture, got ${file}`)
        const answer = yield* Effect.tryPromise(() =>
          globalThis.fetch(`${subject.url}/bg/${encodeURIComponent(file)}`)
        )
        equal(answer.status, 200, `the status of /bg/${file}`)
      }
    })
  )
]
