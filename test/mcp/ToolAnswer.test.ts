import { describe, expect, it } from "vitest"
import * as ToolAnswer from "../../src/mcp/ToolAnswer.ts"

const text = (text: string) => ({ type: "text" as const, text })
const picture = (data: string) => ({ type: "image" as const, mimeType: "image/png", data })

describe("a tool's answer", () => {
  it("has its texts in lines, and resources in words", () => {
    const answer = ToolAnswer.read({
      content: [
        text("One."),
        text(" "),
        { type: "resource", resource: { uri: "notes:1", text: "Buy milk." } },
        { type: "resource", resource: { uri: "notes:2", blob: "AAAA", mimeType: "application/zip" } },
        { type: "resource_link", uri: "https://x.example/3", name: "three", description: "The third." }
      ],
      isError: true
    })
    expect(answer).toEqual({
      text:
        "One.\nnotes:1:\nBuy milk.\nnotes:2 (application/zip, 1 kB, which cannot be shown here)\n" +
        "three: https://x.example/3\nThe third.",
      images: [],
      failed: true
    })
  })

  it("that is an error is told without folders and without keys", () => {
    const content = [text("no /home/me/notes.txt\nfor token SECRETWORD")]
    const clean = (text: string) => text.replaceAll("SECRETWORD", "…")
    const { text: told } = ToolAnswer.read({ content, isError: true }, clean)
    expect(told).toBe("no notes.txt\nfor token …")
    expect(ToolAnswer.read({ content }, clean).text).toBe(content[0]?.text)
  })

  it("is its structured content where it has no text", () => {
    const structuredContent = { temperature: 33 }
    expect(ToolAnswer.read({ content: [], structuredContent }).text).toBe('{"temperature":33}')
    expect(ToolAnswer.read({ content: [text("Hot.")], structuredContent }).text).toBe("Hot.")
  })

  it("is a failure in words where its structured content is nested too deeply to be shown", () => {
    let structuredContent = {}
    for (let level = 0; level < 100_000; level++) structuredContent = { a: structuredContent }
    expect(ToolAnswer.read({ content: [], structuredContent })).toEqual({
      text: "(the answer has more than 100 levels within one another and cannot be shown)",
      images: [],
      failed: true
    })
    expect(ToolAnswer.read({ content: [text("Fine.")], structuredContent }).failed).toBe(false)
  })

  it("has a few pictures of a size that can be had, and a word about the others", () => {
    const { images, text } = ToolAnswer.read({
      content: [picture("A".repeat(5 * 2 ** 20)), ...["A", "B", "C", "D", "E"].map(picture)]
    })
    expect(images.map(({ base64 }) => base64)).toEqual(["A", "B", "C", "D"])
    expect(text.split("\n")).toEqual(
      Array.from(
        { length: 2 },
        () => "(a picture, image/png, is left out: there are too many or it is too large)"
      )
    )
  })

  it("is cut between characters", () => {
    const answer = ToolAnswer.read({ content: [text(`${"x".repeat(7999)}\u{1F600}${"y".repeat(10)}`)] })
    expect(answer.text).toBe(`${"x".repeat(7999)}\n(cut here: the first 8000 of 8011 characters)`)
  })

  const addresses = { debuggerFullscreenUrl: "https://w.example/f", debuggerUrl: "https://w.example" }
  const view = {
    ...addresses,
    wsUrl: "wss://w",
    pages: []
  }

  it.each([
    [
      "structured content",
      { content: [], structuredContent: { sessionId: "s", ...view } },
      { sessionId: "s", ...view }
    ],
    ["a text", { content: [text(JSON.stringify(view))] }, view],
    [
      "a part of a text",
      { content: [text(`Done: ${JSON.stringify({ data: { sessionId: "s", liveViewUrls: view } })}.`)] },
      { sessionId: "s", ...view }
    ],
    ["what stands beside", { content: [], metadata: { liveViewData: view } }, view]
  ])("says where a browser can be watched, in %s", (_, answer, expected) => {
    expect(ToolAnswer.read(answer).browserView).toEqual(expected)
  })

  it("gives of a browser only what is known, of a kind and a length that can be shown", () => {
    const page = { id: "1", url: "https://p.example", title: "P", faviconUrl: "https://p.example/i" }
    const bad = {
      id: "i".repeat(301),
      url: "javascript:alert(1)",
      title: 7,
      faviconUrl: "data:image/png;base64,AA",
      debuggerUrl: `https://w.example/${"x".repeat(4096)}`,
      onload: "alert(1)"
    }
    const given = {
      ...view,
      sessionId: { toString: 1 },
      debuggerUrl: "javascript:alert(1)",
      wsUrl: "https://no-socket.example",
      html: "<script>",
      pages: [{ ...page, ...addresses }, bad, "text", ...Array.from({ length: 20 }, () => page)]
    }
    const structuredContent = { sessionId: "s", evil: "x", live: given }
    expect(ToolAnswer.read({ content: [], structuredContent }).browserView).toStrictEqual({
      sessionId: "s",
      debuggerFullscreenUrl: "https://w.example/f",
      pages: [{ ...page, ...addresses }, {}, ...Array.from({ length: 13 }, () => page)]
    })
  })

  it.each([
    ["a script", JSON.stringify({ debuggerFullscreenUrl: "javascript:alert(1)" })],
    ["no address", JSON.stringify({ debuggerFullscreenUrl: 7 })],
    ["no JSON", "{ debuggerFullscreenUrl: here }"]
  ])("gives no browser for %s", (_, words) => {
    expect(ToolAnswer.read({ content: [text(words)] })).not.toHaveProperty("browserView")
  })
})
