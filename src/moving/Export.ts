import { join, resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { Archive } from "../history/Archive.ts"
import type { Conversation } from "../history/Archive.ts"
import * as ConversationFile from "./ConversationFile.ts"
import * as Markdown from "./Markdown.ts"
import { MovingFailed, unwritable } from "./MovingFailed.ts"
import * as PlacedFile from "./PlacedFile.ts"
import * as PlainName from "./PlainName.ts"
import type { Show } from "./ProgressBar.ts"

export const formats = ["upstream", "markdown"] as const
export type Format = (typeof formats)[number]

export interface Options {
  /** The folder that is written. */
  readonly to: string
  readonly format: Format
  /** Only this character's conversations. */
  readonly confUid: string | undefined
  /** Whether a folder is written into that holds something else; files that are different are kept beside the new ones. */
  readonly overwrite: boolean
  readonly show: Show
}

/** Tells a folder that an export has made. */
const marker = ".seiyuu-export"

const shapes: Readonly<
  Record<
    Format,
    {
      readonly above: ReadonlyArray<string>
      readonly ending: string
      readonly render: (conversation: Conversation) => string
    }
  >
> = {
  upstream: { above: ["chat_history"], ending: ".json", render: ConversationFile.render },
  markdown: { above: [], ending: ".md", render: Markdown.render }
}

/** Writes a file for each conversation, `<conf_uid>/<uid>`, and answers how many. */
export const run = Effect.fn("Export.run")(function* ({ confUid, format, overwrite, show, to }: Options) {
  const archive = yield* Archive
  const characters = yield* archive.characters
  const chosen = characters.filter((character) => confUid === undefined || character.confUid === confUid)
  if (confUid !== undefined && chosen.length === 0) {
    const names = characters.map((character) => JSON.stringify(character.confUid)).join(", ")
    return yield* new MovingFailed({
      action: `find conversations of the conf_uid ${JSON.stringify(confUid)}`,
      advice: names === "" ? "There are no conversations at all." : `There are some of ${names}.`
    })
  }
  const total = chosen.reduce((sum, { conversations }) => sum + conversations, 0)
  const folder = resolve(to)
  const isOurs = yield* claim(folder, to, overwrite)
  const { above, ending, render } = shapes[format]
  let done = 0
  yield* archive.conversations(confUid).pipe(
    Stream.runForEach((conversation) => {
      // A uid may say anything: only a name that is made of it becomes a path.
      const names = [...above, PlainName.of(conversation.confUid), PlainName.of(conversation.uid) + ending]
      return Effect.zipRight(
        PlacedFile.write(render(conversation), {
          path: join(folder, ...names),
          overwrite: true,
          backup: !isOurs,
          dryRun: false
        }),
        Effect.suspend(() => show("conversations", ++done, total))
      )
    })
  )
  return done
})

/** Takes a folder that is empty, or that an export has made, or any if that is wished. Answers whether it is all ours. */
const claim = Effect.fnUntraced(function* (folder: string, shown: string, overwrite: boolean) {
  const fs = yield* FileSystem.FileSystem
  const names = (yield* fs.exists(folder).pipe(unwritable(shown)))
    ? yield* fs.readDirectory(folder).pipe(unwritable(shown))
    : []
  if (names.includes(marker)) return true
  if (names.length > 0 && !overwrite)
    return yield* new MovingFailed({
      action: `write into ${shown}: it is not empty`,
      advice:
        "Name a new folder, or add --overwrite: files that are different are kept with the ending .bak then."
    })
  if (names.length > 0) return false
  yield* PlacedFile.write("Written by seiyuu export, which may write here again.\n", {
    path: join(folder, marker),
    overwrite: false,
    backup: false,
    dryRun: false
  })
  return true
})
