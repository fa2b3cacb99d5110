import type { Translated } from "../Translated.ts"
import type { agent as english } from "../en/Agent.ts"
import { named, quoted } from "./Words.ts"

export const agent: Translated<typeof english> = {
  unknownAgent: (host, what, said) => `${host} ${what}${quoted(said)}`,
  noSuchAddress: "没有这个地址",
  noAgentThere: "在该地址没有智能体",
  cardBelow: "请更正 agent_settings.a2a_agent.url：智能体的名片（agent card）应位于该地址之下。",
  noSuchAgent: (id) => `没有智能体${named(id)}`,
  correctLettaId: "请更正 agent_settings.letta_agent.id：该服务器自己的页面会显示这些 id。",
  lettaBusy:
    "它一次只能回答一个人：请再问一次，或通过 agent_settings.letta_agent.id 为此角色配置单独的智能体。",
  noSuchConfiguration: "没有这个配置",
  correctHume: "请更正 agent_settings.hume_ai_agent.config_id 或其 host。",
  noMem0: "没有记忆：它不是 mem0 服务器",
  busy: (host, said) => `${host} 正忙于另一个回答${quoted(said)}`,
  sendsNowhere: (host) => `${host} 将请求转到了无法到达的地址`,
  correctOrLook: (key) => `请更正 ${key}，或检查该服务器。`,
  noHttp: (host) => `${host} 使用的不是 HTTP`,
  closed: (host) => `${host} 关闭了连接`,
  endedEmpty: (host) => `${host} 没有说一个字就结束了回答`,
  lookAddress: (key) => `请检查 ${key} 是否为这类智能体的地址。`,
  reports: (host, said) => `${host} 的智能体报告出错${quoted(said)}`,
  hostAndPort: "host 及其端口",
  sentNoLetta: "发来的不是 Letta 的消息",
  sentNoEvi: "发来的不是 EVI 的消息",
  sentNoA2a: "发来的不是 Agent2Agent 协议的消息",
  sentNoMem0: "发来的不是 mem0 的回答",
  sentNoEvent: (type) => `以 ${type} 回答，但发来的事件不属于 docs/webhook-agent.md 中的任何一种`,
  noContentType: "的回答没有内容类型，应为 text/event-stream、application/x-ndjson 或 text/plain 之一",
  strangeType: (type) =>
    `的回答类型为${named(type)}，应为 text/event-stream、application/x-ndjson 或 text/plain 之一`,
  taskFailed: "任务失败",
  asksLogin: "它要求登录",
  giveHeaders: "请在 agent_settings.a2a_agent.headers 中提供它所需的内容。",
  waitsApproval: "有工具在等待批准，而这里无法批准",
  withoutApproval: "请允许智能体无需批准即可使用该工具，或将该工具从智能体中移除。",
  stopped: (reason) => `它停止了：${reason}`,
  seeAccount: "请检查该账户的配置和余额。",
  unplayable: (agent, failure) => `${agent} 发来了一句话的声音。${failure}这句话只以文字显示。`,
  tooMuchSound: (mebibytes) => `一句话的声音以 base64 计超过 ${mebibytes} MiB`,
  mem0Silent: "它的服务器没有响应",
  mem0Incomplete: "它的 llm 部分不完整",
  mem0SetModel: "请在 agent_settings.mem0_agent.llm.config 中设置 model；如果提供方需要，还要设置 api_key。",
  mem0Unknown: "角色无法通过它的 llm 提供方回答"
}
