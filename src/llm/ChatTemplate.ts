import { Template, parse, tokenize } from "@huggingface/jinja"
import { Either, Schema } from "effect"
import type { ChatMessage } from "./Llm.ts"
import * as SpecialTokens from "./SpecialTokens.ts"
import { english, say, Words } from "../language/Text.ts"

/** A template that cannot be used, or not for this conversation. */
export class BadTemplate extends Schema.TaggedError<BadTemplate>()("BadTemplate", {
  /** What is wrong with it, a clause without a full stop. */
  problem: Words,
  /** Where, if it can be said; lines begin at 1. */
  line: Schema.optional(Schema.Number)
}) {
  get words(): Words {
    return this.line === undefined ? this.problem : say("llm.templateLine", this.line, this.problem)
  }

  override get message(): string {
    return english(this.words)
  }
}

export interface ChatTemplate {
  /** The conversation as the model was trained to read it, up to where its answer begins. */
  readonly render: (
    system: string,
    messages: ReadonlyArray<ChatMessage>
  ) => Either.Either<string, BadTemplate>
  /** Texts that end an answer. */
  readonly stops: ReadonlyArray<string>
}

const headed = (before: string, after: string, end: string) =>
  `{% for message in messages %}${before}{{ message.role }}${after}{{ message.content | trim }}${end}{% endfor %}` +
  `{% if add_generation_prompt %}${before}assistant${after}{% endif %}`

/** Forms of conversation that go by a name; upstream's configuration has these. */
const named: Readonly<Record<string, string>> = {
  CHATML: headed("<|im_start|>", "\n", "<|im_end|>\n"),
  LLAMA3: headed("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>"),
  ALPACA:
    "{% for message in messages %}{% if message.role == 'user' %}### Instruction:\n{% endif %}" +
    "{% if message.role == 'assistant' %}### Response:\n{% endif %}{{ message.content | trim }}\n\n{% endfor %}" +
    "{% if add_generation_prompt %}### Response:\n{% endif %}"
}

export const names: ReadonlyArray<string> = Object.keys(named)

/** Tokens by which models end what they say. */
const ends = [
  "<|im_end|>",
  "<|eot_id|>",
  "<end_of_turn>",
  "<|end|>",
  "<|eot|>",
  "<|end_of_turn|>",
  "<|return|>",
  "<|END_OF_TURN_TOKEN|>",
  "<｜end▁of▁sentence｜>",
  "<|endoftext|>",
  "### Instruction:",
  "</s>"
]
/** OpenAI's limit. */
const mostStops = 4

/** A tokenizer's own description of itself, `tokenizer_config.json`, which has the template and the tokens for it. */
const Token = Schema.Union(Schema.String, Schema.Struct({ content: Schema.String }))
const TokenizerConfig = Schema.parseJson(
  Schema.Struct({
    chat_template: Schema.String,
    bos_token: Schema.optionalWith(Schema.NullishOr(Token), {}),
    eos_token: Schema.optionalWith(Schema.NullishOr(Token), {})
  })
)
const asTokenizerConfig = Schema.decodeUnknownEither(TokenizerConfig)

const textOf = (token: typeof Token.Type | null | undefined) =>
  typeof token === "string" ? token : (token?.content ?? "")

/** Whether a setting is a template itself and not the path of one. */
export const isInline = (setting: string): boolean =>
  names.includes(setting.trim().toUpperCase()) || /\{[{%]|\n/.test(setting)

/** `text`: a Jinja template, the name of a known one, or the contents of a `tokenizer_config.json`. */
export const compile = (text: string): Either.Either<ChatTemplate, BadTemplate> => {
  const config = Either.getOrUndefined(asTokenizerConfig(text))
  const source = config?.chat_template ?? named[text.trim().toUpperCase()] ?? text
  const eos = textOf(config?.eos_token)
  return Either.map(
    Either.try({ try: () => new Template(source), catch: (cause) => explain(source, cause) }),
    (template) => {
      const stops = ends.filter((end) => end === eos || source.includes(end))
      const disarm = SpecialTokens.disarm(source, [...ends, eos, textOf(config?.bos_token)])
      const write = (messages: ReadonlyArray<Plain>) =>
        Either.try({
          try: () =>
            template.render({
              messages: messages.map(({ content, role }) => ({ role, content: disarm(content) })),
              add_generation_prompt: true,
              // The server puts its own in front of a prompt.
              bos_token: "",
              eos_token: eos === "" ? (stops[0] ?? "</s>") : eos
            }),
          catch: (cause) => new BadTemplate({ problem: wordsOf(cause) })
        })
      return {
        stops: (eos === "" || stops.includes(eos) ? stops : [eos, ...stops]).slice(0, mostStops),
        render: (system, messages) => {
          const talk = inTurns(messages)
          const whole: ReadonlyArray<Plain> =
            system === "" ? talk : [{ role: "system", content: system }, ...talk]
          // Some templates know no system message.
          return Either.orElse(write(whole), (problem) =>
            system === ""
              ? Either.left(problem)
              : Either.mapLeft(write(withoutSystem(system, talk)), () => problem)
          )
        }
      }
    }
  )
}

interface Plain {
  readonly role: string
  readonly content: string
}

/** Templates want user and assistant to take turns: marks in the midst are the user's, and what follows is joined. */
const inTurns = (messages: ReadonlyArray<ChatMessage>): ReadonlyArray<Plain> =>
  messages.reduce<Array<Plain>>((turns, { role, text }) => {
    const speaker = role === "assistant" ? role : "user"
    const before = turns.at(-1)
    if (text === "") return turns
    if (before?.role !== speaker) turns.push({ role: speaker, content: text })
    else turns[turns.length - 1] = { role: speaker, content: `${before.content}\n${text}` }
    return turns
  }, [])

const withoutSystem = (system: string, talk: ReadonlyArray<Plain>): ReadonlyArray<Plain> => {
  const [first, ...rest] = talk
  return first?.role === "user"
    ? [{ role: "user", content: `${system}\n\n${first.content}` }, ...rest]
    : [{ role: "user", content: system }, ...talk]
}

const wordsOf = (cause: unknown): Words => {
  // The parser reads past the last token.
  if (cause instanceof TypeError) return say("llm.blockNotClosed")
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 160)
}

const explain = (source: string, cause: unknown): BadTemplate =>
  new BadTemplate({ problem: wordsOf(cause), line: lineOf(source, offsetOf(source)) })

const lineOf = (source: string, offset: number) => source.slice(0, offset).split("\n").length

/** Where a template that cannot be read is wrong: the library does not say. */
const offsetOf = (source: string): number => {
  const tokens = Either.try(() => tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
  return Either.match(tokens, {
    onLeft: () => unreadableTag(source),
    onRight: (tokens) => {
      // The last token that the parser has looked at.
      let seen = 0
      const watched = new Proxy(tokens, {
        get: (target, key) => {
          if (typeof key === "string" && Number(key) < target.length) seen = Math.max(seen, Number(key))
          return Reflect.get(target, key) as unknown
        }
      })
      Either.try(() => parse(watched))
      let at = 0
      let next = 0
      for (const { value } of tokens.slice(0, seen + 1)) {
        const found = source.indexOf(value, next)
        if (found < 0) continue
        at = found
        next = found + value.length
      }
      return at
    }
  })
}

/** The first tag at whose end the text up to there cannot be read, or else the last one that begins. */
const unreadableTag = (source: string): number => {
  for (const { 0: tag, index } of source.matchAll(/\{[{%#][^]*?[}%#]\}/g)) {
    const isReadable = Either.isRight(Either.try(() => tokenize(source.slice(0, index + tag.length))))
    if (!isReadable) return index
  }
  return Math.max(0, ...["{{", "{%", "{#"].map((opening) => source.lastIndexOf(opening)))
}
