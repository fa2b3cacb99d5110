import * as RemoteFailure from "../engine/RemoteFailure.ts"

/** `fetch` for the APIs of providers. A web page, such as that of a login, is no answer of theirs, whatever its status says. */
export const over =
  (http: typeof fetch): typeof fetch =>
  (input, init) =>
    http(input, init).then((response) => {
      const isPage = response.headers.get("content-type")?.startsWith("text/html") === true
      if (!response.ok || !isPage) return response
      void response.body?.cancel()
      throw new RemoteFailure.Unanswered({
        reason: "unreadable",
        detail: "answered with a web page, and not as an API does"
      })
    })
