import type { AgentEvent, ToolCall } from "../agent/Agent.ts"
import type { Pcm } from "../audio/Pcm.ts"
import type { TtsPreprocessorConfig } from "../config/TtsPreprocessorConfig.ts"
import * as ThinkBlocks from "../llm/ThinkBlocks.ts"
import type { Actions } from "../protocol/ServerMessage.ts"
import * as Emotions from "./Emotions.ts"
import * as SentenceSplitter from "./SentenceSplitter.ts"
import * as SpeechText from "./SpeechText.ts"

/** One sentence of the answer: what is shown, what is spoken ("" if nothing), what the avatar does. */
export interface Sentence {
  readonly _tag: "Sentence"
  /** As the model wrote it, keywords included: what its memory keeps. */
  readonly raw: string
  /** Shown on the page; all of a turn joined are the answer. */
  readonly display: string
  readonly speech: string
  readonly actions: Actions | null
  /** What the agent itself has said it with; nothing is synthesised then. */
  readonly sound?: Pcm
  /** Part of a think block: shown, but neither spoken nor remembered. */
  readonly thought: boolean
}

export interface ToolItem {
  readonly _tag: "Tool"
  readonly call: ToolCall
}

/** What a turn delivers, in order. */
export type Item = Sentence | ToolItem

export interface Options extends SentenceSplitter.Options {
  readonly emotions: Emotions.EmotionMap
  readonly preprocessor: TtsPreprocessorConfig
}

/** Cuts an agent's events into sentences as they arrive. */
export interface Cutter {
  /** Takes the next event and answers what it completed. */
  readonly push: (event: AgentEvent) => ReadonlyArray<Item>
  /** The answer has ended: answers what is left. */
  readonly flush: () => ReadonlyArray<Item>
}

/** A think block opens with an item `(` and closes with `)`. A tool call ends the sentence before it. */
export const cutter = (options: Options): Cutter => {
  const blocks = ThinkBlocks.make<AgentEvent>()
  const { flush, push } = makeCutter(options)
  return {
    push: (event) => blocks.push(event).flatMap(push),
    flush: () => [...blocks.flush().flatMap(push), ...flush()]
  }
}

/** Takes events in which think blocks have been told from the rest. */
const makeCutter = (options: Options): Cutter => {
  const said = SentenceSplitter.make(options)
  const thought = SentenceSplitter.make({ ...options, fasterFirst: false })
  let thinking = false

  const spoken = (text: string): Sentence => {
    const { actions, text: display } = Emotions.extract(options.emotions, text)
    const speech = SpeechText.filter(options.preprocessor, display)
    return { _tag: "Sentence", raw: text, display, speech, actions, thought: false }
  }

  const setThinking = (next: boolean): ReadonlyArray<Item> => {
    if (next === thinking) return []
    thinking = next
    return next ? [...said.flush().map(spoken), silent("(")] : [...thought.flush().map(silent), silent(")")]
  }

  const push = (event: AgentEvent): ReadonlyArray<Item> => {
    switch (event._tag) {
      case "Think":
        return [...setThinking(true), ...thought.push(event.text).map(silent)]
      case "Text":
        return [...setThinking(false), ...said.push(event.text).map(spoken)]
      case "Tool":
        return [...flush(), event]
      case "Audio":
        return [...flush(), { ...spoken(event.text), sound: event.pcm }]
    }
  }

  const flush = (): ReadonlyArray<Item> => [...setThinking(false), ...said.flush().map(spoken)]

  return { push, flush }
}

const silent = (display: string): Sentence => ({
  _tag: "Sentence",
  raw: "",
  display,
  speech: "",
  actions: null,
  thought: true
})
