import type { Actions } from "../protocol/ServerMessage.ts"

/** The avatar's keywords, in lower case, with the expression that each one means. */
export type EmotionMap = ReadonlyMap<string, number | string>

export const fromModelInfo = (emotionMap: Readonly<Record<string, number | string>>): EmotionMap =>
  new Map(Object.entries(emotionMap).map(([keyword, expression]) => [keyword.toLowerCase(), expression]))

/**
 * Takes the `[joy]`-style keywords of `emotions` out of a sentence, in any case. Other brackets stay. The
 * expressions come in the order of the keywords.
 */
export const extract = (
  emotions: EmotionMap,
  sentence: string
): { text: string; actions: Actions | null } => {
  const expressions: Array<number | string> = []
  const text = sentence.replace(/\[([^[\]]{1,40})\]\s?/gu, (whole, keyword: string) => {
    const expression = emotions.get(keyword.trim().toLowerCase())
    if (expression === undefined) return whole
    expressions.push(expression)
    return ""
  })
  return { text, actions: expressions.length === 0 ? null : { expressions } }
}
