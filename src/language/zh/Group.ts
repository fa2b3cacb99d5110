import type { Translated } from "../Translated.ts"
import type { group as english } from "../en/Group.ts"

export const group: Translated<typeof english> = {
  yourself: "不能邀请自己：请输入另一个客户端的 uid。",
  notConnected: (uid) => `客户端 ${uid} 未连接。请检查 uid，并请对方打开页面。`,
  isInGroup: (uid) => `客户端 ${uid} 已在一个群组中，需要先退出那个群组。`,
  inNoGroup: "您不在任何群组中。",
  noMember: (uid) => `客户端 ${uid} 不是您所在群组的成员。`,
  notOwner: "只有群主才能移除其他成员。",
  full: "群组人数已满。",
  joined: (uid) => `成员 ${uid} 加入了群组`,
  left: (uid) => `成员 ${uid} 退出了群组`,
  removed: (uid) => `成员 ${uid} 被移出了群组`,
  disconnected: (uid) => `成员 ${uid} 已断开连接`,
  stuck: (uid) => `成员 ${uid} 的客户端不再接收消息，已被移出群组`,
  tooSlow: (seconds) => `您的角色已有 ${seconds} 秒没有说话，先由下一位发言。请检查它的模型是否有响应。`,
  dissolved: "群组已解散：其他成员都已离开",
  turnDied: "服务器内部发生错误，详情请查看服务器日志。请对群组再说一遍。"
}
