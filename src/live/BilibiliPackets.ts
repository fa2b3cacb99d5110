import { promisify } from "node:util"
import * as Zlib from "node:zlib"

/** What a packet is for. */
export const Operation = { heartbeat: 2, heartbeatReply: 3, message: 5, enter: 7, entered: 8 } as const

/** How a packet's body is written. */
const Version = { json: 0, plain: 1, zlib: 2, brotli: 3 } as const

/** Total length (4 bytes), length of the header (2), version (2), operation (4), sequence (4), big-endian. */
const headerLength = 16

/** Of a bundle of packets, unpacked, in bytes. */
const maxOutputLength = 4 * 1024 * 1024

/** How deep bundles may lie in bundles; Bilibili's lie one deep. */
const deepest = 2

export interface Packet {
  readonly operation: number
  readonly body: Buffer
}

export const encode = (operation: number, body: string): Buffer => {
  const text = Buffer.from(body)
  const header = Buffer.alloc(headerLength)
  header.writeUInt32BE(headerLength + text.length, 0)
  header.writeUInt16BE(headerLength, 4)
  header.writeUInt16BE(Version.plain, 6)
  header.writeUInt32BE(operation, 8)
  header.writeUInt32BE(1, 12)
  return Buffer.concat([header, text])
}

// Both work in threads of Node's own.
const inflate = promisify<Buffer, Zlib.ZlibOptions, Buffer>(Zlib.inflate)
const brotli = promisify<Buffer, Zlib.BrotliOptions, Buffer>(Zlib.brotliDecompress)

/** The packets of a frame, bundles unpacked. Rejects if it is no sequence of whole packets. */
export const decode = async (frame: Buffer, depth = 0): Promise<ReadonlyArray<Packet>> => {
  const packets: Array<Packet> = []
  for (let at = 0; at < frame.length;) {
    const { body, length, operation, version } = packetAt(frame, at)
    at += length
    if (version !== Version.zlib && version !== Version.brotli) packets.push({ operation, body })
    else if (depth >= deepest) throw new TypeError("bundles within bundles")
    else {
      const unpack = version === Version.zlib ? inflate : brotli
      packets.push(...(await decode(await unpack(body, { maxOutputLength }), depth + 1)))
    }
  }
  return packets
}

const packetAt = (frame: Buffer, at: number) => {
  if (frame.length - at < headerLength) throw new TypeError("a packet without a whole header")
  const length = frame.readUInt32BE(at)
  const header = frame.readUInt16BE(at + 4)
  if (header < headerLength || length < header || at + length > frame.length)
    throw new TypeError("a packet of another length than it says")
  return {
    length,
    version: frame.readUInt16BE(at + 6),
    operation: frame.readUInt32BE(at + 8),
    body: frame.subarray(at + header, at + length)
  }
}
