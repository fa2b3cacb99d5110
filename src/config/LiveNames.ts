/**
 * The name of a channel of Twitch, in small letters, from the name or the channel's address. Undefined if no channel can be
 * called that: Twitch itself would say nothing of it.
 */
export const channelOf = (text: string): string | undefined => {
  const name = text
    .trim()
    .replace(/^(?:(?:https?:\/\/)?(?:(?:www|m)\.)?twitch\.tv\/|#)/i, "")
    .replace(/[/?].*$/, "")
    .toLowerCase()
  return /^\w{1,25}$/.test(name) ? name : undefined
}

/** The id of a video of YouTube, from the id or the video's address. Undefined if there is none in it. */
export const videoOf = (text: string): string | undefined => {
  const id = /(?:[?&]v=|youtu\.be\/|\/live\/|\/embed\/|\/shorts\/)([\w-]{11})/.exec(text)?.[1] ?? text.trim()
  return /^[\w-]{11}$/.test(id) ? id : undefined
}
