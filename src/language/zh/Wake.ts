import type { Translated } from "../Translated.ts"
import type { wake as english } from "../en/Wake.ts"
import { named } from "./Words.ts"

export const wake: Translated<typeof english> = {
  fileMissing: (key) => `缺少 ${key}：transducer 模型需要 encoder、decoder、joiner 和 tokens`,
  completeOrNone: (section) => `请补全 ${section}；若想使用自动获取的模型，则不要填写其中的任何文件。`,
  filesBelongTogether: (section) => `请检查 ${section} 中的文件是否属于同一个流式 transducer 模型。`,
  tokensUnreadable: "无法读取它的 tokens 文件",
  fetchOrCorrect: "请重新获取模型，或更正路径。",
  cannotWrite: (word) => `它的模型无法表示唤醒词${named(word)}`,
  otherWordOrTranscript: "请选择与该词语言相符的模型、去掉这个词，或将 wake_word.match 设为 transcript。",
  inTranscript: (failure) => `${failure}目前改为在转写文本中查找唤醒词。`,
  callFirst: (word) => `角色只在听到唤醒词后回答：请以${named(word)}开头。`
}
