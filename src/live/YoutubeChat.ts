import { Option, Schema } from "effect"
import type { ChatMessage } from "./ChatMessage.ts"

/** What `youtubei/v1/next` says of a video, as far as it matters: where its live chat begins. */
export const Watched = Schema.Struct({
  contents: Schema.optional(
    Schema.Struct({
      twoColumnWatchNextResults: Schema.optional(
        Schema.Struct({
          conversationBar: Schema.optional(
            Schema.Struct({
              liveChatRenderer: Schema.optional(
                Schema.Struct({
                  isReplay: Schema.optional(Schema.Boolean),
                  continuations: Schema.Array(
                    Schema.Struct({
                      reloadContinuationData: Schema.optional(Schema.Struct({ continuation: Schema.String }))
                    })
                  )
                })
              )
            })
          )
        })
      )
    })
  )
})

const Next = Schema.Struct({
  continuation: Schema.String,
  timeoutMs: Schema.optionalWith(Schema.Number, { default: () => 0 })
})

/** What `youtubei/v1/live_chat/get_live_chat` answers; without `continuationContents` the chat has ended. */
export const Page = Schema.Struct({
  continuationContents: Schema.optional(
    Schema.Struct({
      liveChatContinuation: Schema.Struct({
        continuations: Schema.Array(
          Schema.Struct({
            invalidationContinuationData: Schema.optional(Next),
            timedContinuationData: Schema.optional(Next),
            reloadContinuationData: Schema.optional(Next)
          })
        ),
        actions: Schema.optionalWith(Schema.Array(Schema.Unknown), { default: () => [] })
      })
    })
  )
})

const Run = Schema.Union(
  Schema.Struct({ text: Schema.String }),
  Schema.Struct({
    emoji: Schema.Struct({
      emojiId: Schema.optionalWith(Schema.String, { default: () => "" }),
      shortcuts: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
      isCustomEmoji: Schema.optionalWith(Schema.Boolean, { default: () => false })
    })
  })
)

const Renderer = Schema.Struct({
  id: Schema.String,
  authorExternalChannelId: Schema.optionalWith(Schema.String, { default: () => "" }),
  authorName: Schema.optionalWith(Schema.Struct({ simpleText: Schema.String }), {
    default: () => ({ simpleText: "" })
  }),
  message: Schema.Struct({ runs: Schema.Array(Run) })
})

const Action = Schema.Struct({
  addChatItemAction: Schema.Struct({
    item: Schema.Union(
      Schema.Struct({ liveChatTextMessageRenderer: Renderer }),
      Schema.Struct({ liveChatPaidMessageRenderer: Renderer }),
      Schema.Struct({ liveChatMembershipItemRenderer: Renderer })
    )
  })
})
const decodeAction = Schema.decodeUnknownOption(Action)

/** What an action of a page says in the chat; nothing for deletions, stickers, polls and what has no text. */
export const read = (action: unknown): Option.Option<ChatMessage> =>
  Option.map(decodeAction(action), ({ addChatItemAction: { item } }) => {
    const paid = !("liveChatTextMessageRenderer" in item)
    const renderer = Object.values(item)[0] as typeof Renderer.Type
    const { authorExternalChannelId, authorName, id, message } = renderer
    return {
      id,
      platform: "youtube",
      sender: { id: authorExternalChannelId || authorName.simpleText, name: authorName.simpleText },
      text: message.runs.map(textOf).join(""),
      paid
    }
  })

/** An emoji of Unicode is its own text; one of the channel has a name. */
const textOf = (run: typeof Run.Type): string => {
  if ("text" in run) return run.text
  const { emojiId, isCustomEmoji, shortcuts } = run.emoji
  return isCustomEmoji || emojiId === "" ? (shortcuts[0] ?? "") : emojiId
}
