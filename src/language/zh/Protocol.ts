import type { Translated } from "../Translated.ts"
import type { protocol as english } from "../en/Protocol.ts"
import { list, named } from "./Words.ts"

/** Kinds of values as schemas call them. */
const kinds: Readonly<Record<string, string>> = {
  string: "字符串",
  number: "数字",
  boolean: " true 或 false",
  null: " null",
  NonEmptyString: "非空字符串",
  "a non empty string": "非空字符串"
}

/** Between Chinese and Latin letters stands a space. */
const spaced = (actual: string) => (/^\p{Script=Han}/u.test(actual) ? actual : ` ${actual}`)

export const protocol: Translated<typeof english> = {
  notJson: "收到的内容不是 JSON：每个文本帧应为一个 JSON 对象。",
  notAnObject: "消息必须是带有 `type` 的 JSON 对象。",
  noType: "消息缺少 `type`：应为字符串。",
  unknownType: (type, known) => `未知的消息类型${named(type)}：应为 ${list(known)} 之一。`,
  unknownField: (type, field, known) => `${type}：未知字段${named(field)}：应为 ${list(known)} 之一`,
  unreadBinary:
    "请先用 use-extensions 说明二进制帧的内容（binary_audio），之后才能发送二进制帧；否则每个文本帧应为一个 JSON 对象。",
  oddBinary: (bytes) => `二进制帧应为 16 位采样：字节数应为偶数，实际为 ${bytes}。`,
  wrong: (type, problems) => `${type}：${problems.join("；")}`,
  field: (path, problem) => `字段 \`${path}\` ${problem}`,
  missing: "缺失",
  missingNumbers: "缺失：应为数字数组",
  notNumbers: (actual) => `应为数字数组，实际为${spaced(actual)}`,
  notANumber: (actual) => `应为数字，实际为${spaced(actual)}`,
  expectedKind: (kind, actual) => `应为${kinds[kind] ?? ` ${kind}`}，实际为${spaced(actual)}`,
  expected: (what, actual) => `应为${what}，实际为${spaced(actual)}`,
  expectedOneOf: (words, actual) => `应为 ${list(words)} 之一，实际为${spaced(actual)}`,
  image: "图片（包含 source、data 和 mime_type 的对象）",
  images: "图片列表",
  truth: " true 或 false",
  list: "列表",
  object: "对象",
  expectedObject: "应为对象",
  expectedWhole: "应为整数",
  expectedWithin: (least, most) => `应为 ${least} 到 ${most} 之间的整数`,
  expectedFrom: (least) => `应为不小于 ${least} 的整数`,
  notAnImage: "应为图片的 data URL（data:image/...;base64,...）",
  tooManyImages: (most) => `图片过多：最多 ${most} 张`,
  tooLong: (most) => `超过 ${most} 个字符`,
  tooLongText: (most) => `超过 ${most} 个字符：请分几次发送`,
  tooLongFor: (most, what) => `超过 ${most} 个字符：请发送${what}`,
  emptyFor: (what) => `为空：请发送${what}`,
  controlCharacters: (what) => `含有控制字符：请发送单行的${what}`,
  aText: "文本",
  aName: "名字",
  aTitle: "标题",
  someWords: "几个词",
  oneSentence: "一句话",
  nothingToSpeak: "为空：没有可朗读的内容",
  noSpeechJson: (example) => `收到的内容不是 JSON：每个文本帧应为一个 JSON 对象，例如 ${example}。`,
  noSpeechObject: (example) => `收到的内容不是对象：每个文本帧应为一个 JSON 对象，例如 ${example}。`
}
