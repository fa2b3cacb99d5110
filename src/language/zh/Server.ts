import type { Translated } from "../Translated.ts"
import type { server as english } from "../en/Server.ts"
import { time } from "./Words.ts"

export const server: Translated<typeof english> = {
  notFound: "找不到页面",
  methodNotAllowed: "不支持该请求方法",
  rangeNotSatisfiable: "请求的范围无效",
  preconditionFailed: "不满足前提条件",
  noSocket: (paths) => `此路径没有 WebSocket：请连接到 ${paths.join(" 或 ")}。`,
  unreadableHost: "请求中没有可识别的主机名。",
  unknownHost:
    "此服务器不响应该主机名。如需允许，请将其来源（例如 https://chat.example.com）加入 system_config.allowed_origins。",
  unreadableOrigin: "发出请求的页面没有可识别的来源。",
  unlistedOrigin:
    "来自该来源的页面不能使用此服务器。如需允许，请将该来源（例如 https://chat.example.com）加入 system_config.allowed_origins。",
  upload: "应为 multipart/form-data，其中字段 `file` 为音频文件",
  noUpload: (expected) => `这不是上传请求：${expected}。`,
  brokenUpload: (expected) => `上传的内容已损坏：${expected}。`,
  noFile: (expected) => `请求中没有文件：${expected}。`,
  emptyFile: "文件为空。",
  noSound: "文件中没有声音。",
  tooLarge: (mebibytes) => `上传的内容超过 ${mebibytes} MiB。请发送较短的录音，或使用压缩格式。`,
  tooSlow: (pause) => `已有 ${time(pause)}没有收到上传的数据，请重新发送。`,
  uploadsAlready: (count) => `已有 ${count} 个上传正在进行，请稍后再试。`,
  recordingsAlready: (count) => `已有 ${count} 段录音正在转写，请稍后再试。`,
  notStored: "上传的内容无法保存：请检查服务器临时文件夹的可用空间。",
  clipNotKept: "声音无法保存：服务器的 `cache` 文件夹不可写。请检查其权限和磁盘空间。",
  noVoice: "此角色没有语音：请设置 tts_config.tts_model（piper_tts 和 flite_tts 在本机即可运行）。",
  noWords:
    "这段文本没有可朗读的内容：不含文字和数字，或者只有配置要求忽略的部分（tts_preprocessor_config）。",
  noSoundOfText: "该语音无法朗读这段文本，可能不支持这种语言：请换一个语音（tts_config.tts_model）。"
}
