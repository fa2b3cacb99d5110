import type { Translated } from "../Translated.ts"
import type { translate as english } from "../en/Translate.ts"
import { quoted } from "./Words.ts"

export const translate: Translated<typeof english> = {
  notATranslation: (host) => `${host} 发来的不是译文`,
  lookAddress: (key) => `请检查 ${key} 是否为这类服务的地址。`,
  reports: (host, said) => `${host} 报告出错${quoted(said)}`,
  checkLanguages: (section) => `请检查 ${section} 的地址和语言。`,
  check: (section) => `请检查 ${section}。`,
  keyInAddress: "deeplx_api_endpoint（其中含有密钥）",
  idAndKey: "secret_id 和 secret_key",
  notInTime: (seconds) => `${seconds} 秒内没有回答`,
  overloaded: "请检查它是否过载。",
  nothing: "它的回答为空",
  languages: "请检查 translator_config 中的语言。",
  clientNotLoaded: "无法加载它的客户端",
  installAgain: "请重新安装项目的依赖包（npm install）。",
  noneChosen: "translate_audio 已开启，但没有选择翻译服务",
  chooseOne:
    "请将 tts_preprocessor_config.translator_config.translate_provider 设为 deeplx、tencent 或 llm。",
  noAgent: (engine, reason) => `负责翻译的角色智能体不可用：${engine}：${reason}`,
  noModel: "角色的智能体没有可用于翻译的模型",
  chooseOther: "请将 tts_preprocessor_config.translator_config.translate_provider 设为 deeplx 或 tencent。"
}
