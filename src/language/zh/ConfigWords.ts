import { hinted, list, named } from "./Words.ts"

/**
 * What `src/config` says of a key is made of few parts, and is written in English by the schemas of the configuration:
 * it also stands in the documentation and in what editors show. Here it is put into Chinese part by part. Words that
 * are not known, such as those of the YAML library, stay as they are.
 */
type Rule = readonly [pattern: RegExp, say: (...parts: ReadonlyArray<string>) => string]

const apply = (rules: ReadonlyArray<Rule>, text: string): string => {
  for (const [pattern, say] of rules) {
    const found = pattern.exec(text)
    if (found !== null) return say(...found.slice(1).map((part: string | undefined) => part ?? ""))
  }
  return text
}

const names: Readonly<Record<string, string>> = {
  "a text": "文本",
  "an empty text": "空文本",
  "a text with letters or digits": "含有文字或数字的文本",
  "another text": "其他文本",
  "the name or the address of a channel": "频道的名称或地址",
  "the id or the address of a video": "视频的 ID 或地址",
  "a number": "数字",
  "a whole number": "整数",
  "a truth value": "真假值",
  "true or false": " true 或 false",
  "a list": "列表",
  "a section": "小节",
  "a section of keys": "包含若干键的小节",
  "a section of texts by name": "由名称和文本组成的小节",
  "a section of lists by name": "由名称和列表组成的小节",
  "a section of servers by name": "由名称和服务器组成的小节",
  "an address": "地址",
  "a host name": "主机名",
  "an address that begins with http:// or https://": "以 http:// 或 https:// 开头的地址",
  "an address that begins with ws:// or wss://": "以 ws:// 或 wss:// 开头的地址",
  "true, false or a list of tool names": " true、false 或工具名列表",
  "a number or a text": "数字或文本",
  anything: "任意内容"
}

const numberNames: Readonly<Record<string, string>> = { "": "数字", "whole ": "整数" }

/** What a value may be, or is. */
const value = (text: string): string =>
  names[text] ??
  apply(
    [
      [
        /^a (whole )?number from (\S+) to (\S+)$/u,
        (whole, min, max) => ` ${min} 到 ${max} 之间的${numberNames[whole ?? ""]}`
      ],
      [
        /^a (whole )?number of at least (\S+)$/u,
        (whole, min) => `不小于 ${min} 的${numberNames[whole ?? ""]}`
      ],
      [/^one of (.+)$/u, (words = "") => ` ${list(words.split(", "))} 之一`],
      [/^a list; each of it is (.+)$/u, (item = "") => `列表，其中每一项为${value(item)}`],
      [
        /^a host name, or an address that begins with (.+)$/u,
        (schemes = "") => `主机名，或以 ${schemes.replaceAll(" or ", " 或 ")} 开头的地址`
      ],
      [/^("[^]*")( \(did you mean .*\))?$/u, (name = "", hint = "") => `${named(name)}${hinted(hint)}`],
      [/^([^]*)$/u, (other) => ` ${other}`]
    ],
    text
  )

const rules: ReadonlyArray<Rule> = [
  [
    /^([^]*); the section is not in use and is left out$/u,
    (problem = "") => `${sentence(problem)}；这一小节未被使用，已忽略`
  ],
  [
    /^expected ([^]+?), found ([^]+)$/u,
    (what = "", found = "") => `应为${value(what)}，实际为${value(found)}`
  ],
  [/^expected ([^]+)$/u, (what = "") => `应为${value(what)}`],
  [
    /^is required: ([^]+); leave it empty for none$/u,
    (what = "") => `必须填写：应为${value(what)}；不需要时请留空`
  ],
  [/^is required: ([^]+)$/u, (what = "") => `必须填写：应为${value(what)}`],
  [
    /^the environment variables? (.+) (?:is|are) not set: set (?:it|them), or write (\S+)$/u,
    (variables = "", fallback) => `环境变量 ${list(variables.split(", "))} 未设置：请设置，或写成 ${fallback}`
  ],
  [
    /^is not a known key \(a space is missing after its colon\); it is ignored$/u,
    () => "不是已知的键（冒号后缺少空格），已忽略"
  ],
  [/^is not a known key(.*); it is ignored$/u, (hint = "") => `不是已知的键${hinted(hint)}，已忽略`],
  [/^is there twice; the last one counts$/u, () => "出现了两次，以最后一个为准"],
  [
    /^a byte here belongs to no text: save the file as UTF-8$/u,
    () => "此处有不属于文本的字节：请将文件保存为 UTF-8"
  ],
  [/^an alias \(\*name\) cannot be resolved$/u, () => "有别名（*name）无法解析"],
  [
    /^this alias \(\*name\) stands for nothing: /u,
    () => "此别名（*name）没有对应的内容：请在它之前用 &name 标出所指的内容"
  ],
  [/^a second document begins here \(---\): keep one$/u, () => "此处开始了第二个文档（---）：请只保留一个"],
  [/^the closing quotation mark \((.+)\) of a text is missing$/u, (mark) => `文本缺少结束的引号（${mark}）`],
  [/^the file cannot be read$/u, () => "无法读取该文件"],
  [
    /^this is a file of Open-LLM-VTuber before v1\.0, /u,
    () => "这是 Open-LLM-VTuber v1.0 之前的配置文件，键名完全不同：请以 seiyuu 附带的 conf.yaml 为起点"
  ],
  [
    /^holds a character that no key can have, /u,
    () => "含有密钥中不可能出现的字符，可能是换行或带重音的字母：请去掉"
  ],
  [
    /^holds a character that no HTTP header can have, /u,
    () => "含有 HTTP 标头不允许的字符，可能是末尾的换行：请去掉"
  ],
  [/^is no name of an HTTP header$/u, () => "不是 HTTP 标头的名称"],
  [
    /^needs either command \(a program on this machine\) or url$/u,
    () => "需要 command（本机程序）或 url 之一"
  ],
  [/^is there beside command: keep one of them$/u, () => "与 command 同时出现：请只保留一个"],
  [
    /^stdio is for a server with command: leave transport out$/u,
    () => "stdio 用于带有 command 的服务器：请去掉 transport"
  ]
]

/** What is wrong at a key. */
export const sentence = (problem: string): string => apply(rules, problem)
