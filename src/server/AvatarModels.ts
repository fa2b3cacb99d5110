import { FileSystem, HttpRouter, HttpServerResponse } from "@effect/platform"
import { Effect } from "effect"
import { join } from "node:path"
import * as StaticFiles from "./StaticFiles.ts"

const pictures = ["png", "jpg", "jpeg"]

interface AvatarModel {
  readonly name: string
  /** The path of a picture of it, or null. Paths begin at the server's root, without a slash. */
  readonly avatar: string | null
  readonly model_path: string
}

/** The names of what is in a folder; none if there is no such folder. */
const namesIn = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.orElseSucceed(files.readDirectory(folder), (): Array<string> => [])
  )

/** A folder NAME with a NAME.model3.json is a model; a NAME.png or .jpg beside that file shows it. */
const modelIn = Effect.fnUntraced(function* (folder: string, name: string) {
  const inside = yield* namesIn(join(folder, name))
  const pathOf = (file: string) => `live2d-models/${name}/${file}`
  if (!inside.includes(`${name}.model3.json`)) return []
  const picture = pictures.map((ending) => `${name}.${ending}`).find((file) => inside.includes(file))
  const model: AvatarModel = {
    name,
    avatar: picture === undefined ? null : pathOf(picture),
    model_path: pathOf(`${name}.model3.json`)
  }
  return [model]
})

/** `GET /live2d-models/info`: the avatar models of `live2d-models` in `folder`, by name. A missing folder has none. */
export const router = (options: { readonly folder: string }) => {
  const folder = join(options.folder, "live2d-models")
  const list = Effect.gen(function* () {
    const names = yield* namesIn(folder)
    const models = yield* Effect.forEach(
      names.filter((name) => !name.startsWith(".")).toSorted(),
      (name) => modelIn(folder, name),
      { concurrency: 8 }
    )
    const characters = models.flat()
    return yield* HttpServerResponse.json(
      { type: "live2d-models/info", count: characters.length, characters },
      { headers: StaticFiles.assetHeaders }
    )
  }).pipe(Effect.withSpan("AvatarModels.list"))
  return HttpRouter.empty.pipe(HttpRouter.get("/live2d-models/info", list))
}
