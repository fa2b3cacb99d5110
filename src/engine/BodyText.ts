/** The text of a body as it comes. Leaving the loop cancels the body, and with it the request. */
export async function* pieces(response: Response): AsyncGenerator<string> {
  if (response.body === null) return
  const decoder = new TextDecoder()
  for await (const bytes of response.body) yield decoder.decode(bytes, { stream: true })
  const rest = decoder.decode()
  if (rest !== "") yield rest
}
