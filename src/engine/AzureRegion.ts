/** A region of Microsoft's cloud: its name in addresses, and the domain of the cloud that it belongs to. */
export interface AzureRegion {
  readonly name: string
  readonly cloud: string
}

/** By its name in an address, or as Microsoft's pages show it (`East US`); some belong to clouds of their own. */
export const of = (region: string): AzureRegion => {
  const name = region.toLowerCase().replaceAll(/[^a-z0-9-]/g, "")
  if (name.startsWith("china")) return { name, cloud: "azure.cn" }
  return { name, cloud: name.startsWith("usgov") ? "azure.us" : "microsoft.com" }
}
