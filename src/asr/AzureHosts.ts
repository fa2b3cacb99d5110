import * as AzureRegion from "../engine/AzureRegion.ts"
import type { AzureRegion as Region } from "../engine/AzureRegion.ts"

/** Where the two services of one account are, without what comes behind each API's own path. */
export interface AzureHosts {
  /** Of the API for short sounds. */
  readonly short: string
  /** Of the fast transcription API. */
  readonly fast: string
}

/** Hosts of one kind: what tells the account comes first, its cloud (`microsoft.com`, `azure.cn`, `azure.us`) last. */
const ofFast = /^([a-z0-9-]+)\.api\.cognitive\.(microsoft\.com|azure\.(?:cn|us))$/
const ofShort = /^([a-z0-9-]+)\.stt\.speech\.(microsoft\.com|azure\.(?:cn|us))$/
const ofOwnName = /^[a-z0-9-]+\.cognitiveservices\.azure\.(?:com|cn|us)$/

/** `region`: its name in an address, or as Microsoft's pages show it. */
export const ofRegion = (region: string): AzureHosts => pair(AzureRegion.of(region))

/**
 * An address as Azure's portal or Microsoft's documentation shows it means both services, whichever of the two has it: a
 * region has a host for each, and an account with a name of its own ("custom domain") has both at one. Any other server
 * is asked as if it were both.
 */
export const ofAddress = (address: string): AzureHosts => {
  const { hostname, origin, pathname } = new URL(address)
  const [, name, cloud] = ofFast.exec(hostname) ?? ofShort.exec(hostname) ?? []
  if (name !== undefined && cloud !== undefined && pathname === "/") return pair({ name, cloud })
  return ofOwnName.test(hostname) && /^\/(stt)?$/.test(pathname)
    ? { short: `${origin}/stt`, fast: origin }
    : { short: address, fast: address }
}

const pair = ({ cloud, name }: Region): AzureHosts => ({
  short: `https://${name}.stt.speech.${cloud}`,
  fast: `https://${name}.api.cognitive.${cloud}`
})
