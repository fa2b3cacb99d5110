import { createServer } from "node:http"
import { HttpServer } from "@effect/platform"
import { NodeContext, NodeHttpServer } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as AvatarModels from "../../src/server/AvatarModels.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

/** What the route says of a folder with these files. */
const infoOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const folder = yield* ConfigFolder.make(files)
  const context = yield* Layer.build(
    HttpServer.serve(AvatarModels.router({ folder })).pipe(
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
    )
  )
  const { address } = yield* Effect.provide(HttpServer.HttpServer, context)
  if (address._tag !== "TcpAddress") return yield* Effect.dieMessage("no port")
  const { port } = address
  return yield* Effect.promise(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/live2d-models/info`)
    return { origins: answer.headers.get("access-control-allow-origin"), info: await answer.json() }
  }).pipe(Effect.provide(NodeContext.layer))
})

it.scopedLive("lists the avatar models that are there, with their pictures, for pages of any origin", () =>
  Effect.gen(function* () {
    const answer = yield* infoOf({
      "live2d-models/mao/mao.model3.json": "{}",
      "live2d-models/mao/mao.jpg": "jpeg",
      "live2d-models/小鹿/小鹿.model3.json": "{}",
      "live2d-models/other/another.model3.json": "{}",
      "live2d-models/.hidden/.hidden.model3.json": "{}",
      "live2d-models/notes.txt": "notes"
    })
    expect(answer.origins).toBe("*")
    expect(answer.info).toEqual({
      type: "live2d-models/info",
      count: 2,
      characters: [
        {
          name: "mao",
          avatar: "live2d-models/mao/mao.jpg",
          model_path: "live2d-models/mao/mao.model3.json"
        },
        { name: "小鹿", avatar: null, model_path: "live2d-models/小鹿/小鹿.model3.json" }
      ]
    })
  }).pipe(Effect.provide(NodeContext.layer))
)

it.scopedLive("lists none where there is no folder", () =>
  Effect.gen(function* () {
    const { info } = yield* infoOf({})
    expect(info).toEqual({ type: "live2d-models/info", count: 0, characters: [] })
  }).pipe(Effect.provide(NodeContext.layer))
)
