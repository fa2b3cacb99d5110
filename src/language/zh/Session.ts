import type { Translated } from "../Translated.ts"
import type { session as english } from "../en/Session.ts"
import { list, named } from "./Words.ts"

export const session: Translated<typeof english> = {
  connected: "连接已建立",
  thinking: "思考中……",
  wantsToSpeak: "AI 想说点什么……",
  fetching: (model, phase, percent) => `正在获取模型 ${model}：${phase} ${percent} %`,
  downloading: "下载",
  verifying: "校验",
  unpacking: "解压",
  converting: "转换",
  configChanged: (files) => `配置已更改（${list(files)}），将在下次连接或切换角色时生效。`,
  switched: (file) => `已切换到配置：${file}`,
  switchFailed: (reason) => `切换配置失败：${reason}`,
  switchGivenUp: (file, next) => `已放弃切换到 ${file}，因为之后又请求了 ${next}。`,
  switchDied: "发生了错误，详情请查看服务器日志。",
  wentWrong: "服务器内部发生错误，详情请查看服务器日志。连接不受影响。",
  turnDied: "服务器内部发生错误，详情请查看服务器日志。请重试。",
  notRecognised: "没有听清您说的话，请靠近麦克风再说一遍。",
  noAnswer: "模型没有给出回答，请再问一次。",
  nobodyListens:
    "text-input：没有能听到回答的客户端连接到 /proxy-ws，因此没有接收这段文本：请等 `audience-update` 报告有人后再发送。",
  textsWait: (limit) => `已有 ${limit} 条文本在等待回答，这一条没有被接收：请等其中一些得到回答后再发送。`,
  emptyInput: "text-input：字段 `text` 为空，没有可回答的内容。",
  tooLongUtterance: (seconds) => `这段话超过 ${seconds} 秒，只听取了开头部分。请分成几段来说。`,
  noAudio: "mic-audio-end：在此之前没有收到音频（mic-audio-data），什么也没有听到。",
  tooShort: "麦克风传来的声音太短，听不出一个词。",
  silence: "麦克风只传来静音。请检查麦克风是否已打开且未静音，然后再说一遍。",
  speechWaits: (seconds) =>
    `有超过 ${seconds} 秒的语音在等待 mic-audio-end，只听取了开头部分。请在每次收到 control mic-audio-end 后发送它。`,
  audioWaits: (seconds) =>
    `有超过 ${seconds} 秒的 raw-audio-data 在等待处理，最早的部分已丢弃。请不要以超过说话的速度发送。`,
  spareVoice: (failure, spare) => `${failure}在它恢复之前由 ${spare} 代为朗读。`,
  spareRecogniser: (failure, spare) => `${failure}在它恢复之前由 ${spare} 代为识别。`,
  goesOnAsText: (failure) => `${failure}回答将以文字继续。`,
  spokenAsWritten: (failure) => `${failure}将按原文朗读。`,
  whichMemory: "delete-memory：请说明要删除哪条记忆：用 `id` 指定一条，或用 `all: true` 删除全部。",
  noDetection: "此角色没有语音活动检测：请将 character_config.vad_config.vad_model 设为 silero_vad。",
  volumeMissing: "缺少字段 `volume`：应为 0 到 1。",
  volumeOutOfRange: (volume) => `字段 \`volume\` 超出范围：应为 0 到 1，实际为 ${volume}。`,
  nothingToAdjust: "没有可调整的内容：请先发送 start。",
  thresholds: (probability, decibels) =>
    `当前阈值：prob_threshold 为 ${probability}，db_threshold 为 ${decibels}。`,
  noConsentWaits: (id) => `tool-consent：没有等待答复的请求${named(id)}，可能已经超时。`
}
