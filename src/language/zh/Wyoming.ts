import type { wyoming as english } from "../en/Wyoming.ts"
import type { Translated } from "../Translated.ts"
import { named, quoted } from "./Words.ts"

export const wyoming: Translated<typeof english> = {
  reports: (host, said) => `${host} 报告了错误${quoted(said)}`,
  checkSection: (section) => `请检查 ${section}，并查看该服务器的日志。`,
  lookAddress: (key) => `请检查 ${key} 是否为这类 Wyoming 协议服务器的地址。`,
  noRecogniser: (host) => `${host} 不能识别语音`,
  noModel: (host, model) => `${host} 没有模型${named(model)}`,
  noVoices: (host) => `${host} 没有语音`,
  noVoice: (host, voice) => `${host} 没有语音${named(voice)}`,
  formatChanged: "在一句话中途改变了声音的格式",
  tooMuchSound: (minutes) => `为一句话发来了超过 ${minutes} 分钟的声音`,
  notReady: (minutes) => `它在 ${minutes} 分钟内没有准备好`,
  install: (command, key) => `请用 \`${command}\` 安装；如果服务器找不到它，请在 ${key} 中写明程序。`,
  checkProgram: (section, command) =>
    `请检查 ${section}，并查看服务器的日志。所需的程序由 \`${command}\` 安装；模型若不是文件夹，会从 Hugging Face 下载。`,
  checkCommand: (key) => `请检查 ${key}：先在终端里试一试。它输出的内容在服务器的日志中。`
}
