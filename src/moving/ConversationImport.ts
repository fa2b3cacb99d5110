import { Duration, Effect, Either, Sink, Stream } from "effect"
import { Archive } from "../history/Archive.ts"
import type { Behind, Conversation, Standing } from "../history/Archive.ts"
import * as Database from "../history/Database.ts"
import * as ConversationFile from "./ConversationFile.ts"
import type { Show } from "./ProgressBar.ts"
import type { Growing, Outcome } from "./Report.ts"
import type { Source } from "./SourceFolder.ts"

/** Messages that one transaction adds, but for a conversation that has more alone. */
const messagesAtOnce = 200
/**
 * After a transaction that has written, at least, in ms: a server that uses the same SQLite file tries again every 25 ms, and
 * must get its turn, so the pause is as long as the transaction was.
 */
const shortestPause = 50
/** Files that are read ahead; with these, what is held is a few thousand messages. */
const readAhead = 4

export interface Options {
  readonly dryRun: boolean
  readonly show: Show
}

interface Moving {
  readonly shown: string
  readonly conversation: Conversation
}

/** Moves the conversations of `chat_history/<conf_uid>/<uid>.json` into the database, and says what came of each. */
export const run = Effect.fn("ConversationImport.run")(function* (
  files: ReadonlyArray<Source>,
  database: Database.Place,
  { dryRun, show }: Options,
  growing: Growing
) {
  if (files.length === 0) return
  let done = 0
  const read = Effect.fnUntraced(function* (source: Source) {
    const moving = yield* readOne(source, growing)
    yield* show("conversations", ++done, files.length)
    return moving
  })
  const all = Effect.flatMap(Archive, (archive) =>
    Stream.fromIterable(files).pipe(
      Stream.mapEffect(read, { concurrency: readAhead }),
      Stream.flattenIterables,
      Stream.transduce(
        Sink.foldWeighted({
          initial: [] as ReadonlyArray<Moving>,
          maxCost: messagesAtOnce,
          cost: (_, { conversation }) => conversation.messages.length,
          body: (batch, moving) => [...batch, moving]
        })
      ),
      Stream.runForEach((batch) =>
        archive[dryRun ? "compare" : "restore"](batch.map(({ conversation }) => conversation)).pipe(
          Effect.timed,
          Effect.flatMap(([took, standings]) => {
            for (const [index, standing] of standings.entries()) tell(batch[index]!, standing, growing)
            const isWritten = !dryRun && "file" in database && standings.some(isAdding)
            return isWritten ? Effect.sleep(Duration.max(took, shortestPause)) : Effect.void
          })
        )
      )
    )
  )
  yield* Effect.provide(all, dryRun ? Database.layerArchiveAsItIs(database) : Database.layerArchive(database))
})

const readOne = Effect.fnUntraced(function* (source: Source, growing: Growing) {
  const [, confUid, file] = source.names
  if (source.names.length !== 3 || confUid === undefined || !/.\.json$/u.test(file!)) {
    growing.remark(source.shown, "is no conversation of a character; it is left out")
    return []
  }
  const uid = file!.slice(0, -".json".length)
  const content = yield* ConversationFile.read(source, uid)
  if (Either.isLeft(content)) {
    growing.add("conversations", "broken")
    growing.remark(source.shown, `${content.left}; it is left out`)
    return []
  }
  const { messages, metadata, remarks } = content.right
  for (const text of remarks) growing.remark(source.shown, text)
  if (messages.length === 0) {
    growing.add("conversations", "empty")
    return []
  }
  const moving: Moving = {
    shown: source.shown,
    conversation: { confUid, uid, metadata, messages }
  }
  return [moving]
})

const isAdding = (standing: Standing) => standing === "missing" || typeof standing === "object"

const outcomes: Readonly<Record<Exclude<Standing, Behind>, Outcome>> = {
  missing: "added",
  same: "same",
  continued: "same",
  different: "kept"
}

const tell = ({ shown }: Moving, standing: Standing, growing: Growing) => {
  if (typeof standing === "object") {
    growing.add("conversations", "added")
    return growing.remark(shown, `went on there; messages that are added: ${standing.lacking}`)
  }
  growing.add("conversations", outcomes[standing])
  if (standing === "different")
    growing.remark(shown, "is a different conversation here; the one that is here stays")
}
