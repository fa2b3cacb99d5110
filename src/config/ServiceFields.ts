import * as Fields from "./Fields.ts"

/** Keys that every service elsewhere has. */
export interface ServiceLimits {
  readonly timeout_seconds: number
  readonly max_concurrency: number
}

/** `places`: how many requests are under way at once unless the file says otherwise; `seconds`: so for the time-out. */
export const limits = (
  places: number,
  seconds = 30,
  meaning = "Seconds that the service may say nothing, before its answer and within it."
) => ({
  timeout_seconds: Fields.withDefault(Fields.FloatIn({ min: 0.1, max: 600 }), seconds, meaning),
  max_concurrency: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 1000 }),
    places,
    "Requests that are under way at a time, for all sessions; the others wait, fairly."
  )
})

/** Where the service is, if not where `otherwise` says. */
export const baseUrl = (otherwise: string): ReturnType<typeof Fields.maybe<string>> =>
  Fields.maybe(Fields.HttpUrl, `The service's address. Without the key: ${otherwise}.`)
