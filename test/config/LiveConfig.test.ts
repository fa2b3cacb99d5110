import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigCheck from "../../src/config/ConfigCheck.ts"
import { sentence } from "../../src/language/zh/ConfigWords.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

/** What is found in a `live_config`, without where in the file. */
const check = (section: string) =>
  Effect.gen(function* () {
    const folder = yield* ConfigFolder.make({
      "conf.yaml": `${ConfigFolder.minimal}live_config: ${section}\n`
    })
    const { errors, warnings } = yield* ConfigCheck.check(`${folder}/conf.yaml`)
    const bare = (finding: string) => finding.replace(/^\S+ live_config\./u, "")
    return { errors: errors.map(bare), warnings: warnings.map(bare) }
  })

const channel = "expected the name or the address of a channel"
const video = "expected the id or the address of a video"

layer(NodeContext.layer)("LiveConfig", (it) => {
  it.scoped("names each channel and each video that there cannot be", () =>
    Effect.gen(function* () {
      const { errors } = yield* check(
        '{twitch: {channels: [anna, "!!", "a b", "", [b]]}, youtube: {videos: ["https://example.com/nope", short]}}'
      )
      expect(errors).toEqual([
        `twitch.channels.1: ${channel}, found another text`,
        `twitch.channels.2: ${channel}, found another text`,
        `twitch.channels.3: ${channel}, found an empty text`,
        `twitch.channels.4: ${channel}, found a list`,
        `youtube.videos.0: ${video}, found another text`,
        `youtube.videos.1: ${video}, found another text`
      ])
      expect(sentence(`${channel}, found an empty text`)).toBe("应为频道的名称或地址，实际为空文本")
      expect(sentence(`${video}, found a list`)).toBe("应为视频的 ID 或地址，实际为列表")
    })
  )

  it.scoped("takes names, numbers, ids and addresses", () =>
    Effect.gen(function* () {
      expect(
        yield* check(
          '{twitch: {channels: [Anna, "#anna", 1234, "https://www.twitch.tv/anna?x=1"]}, youtube: {videos: [aliveVideo1, "https://youtu.be/aliveVideo1", "https://www.youtube.com/watch?v=aliveVideo1&t=3"]}}'
        )
      ).toEqual({ errors: [], warnings: [] })
    })
  )

  it.scoped("warns of an account without its token, and of a token without its account", () =>
    Effect.gen(function* () {
      const said = (twitch: string) => Effect.map(check(`{twitch: ${twitch}}`), ({ warnings }) => warnings)
      const nobody = "so nobody in particular joins"
      const lonely = [`twitch.username: no token of this account is named, ${nobody}`]
      expect(yield* said("{username: x}")).toEqual(lonely)
      expect(yield* said('{username: x, token: ""}')).toEqual(lonely)
      expect(yield* said("{token: secret}")).toEqual([
        `twitch.token: the username of its account is not named, ${nobody}`
      ])
      expect(yield* said("{username: x, token: secret}")).toEqual([])
    })
  )
})
