/** What Node's types leave out of it. */
declare namespace WebAssembly {
  /** `initial`: in pages of 64 KiB. Throws if there is none to be had. */
  const Memory: new (size: { readonly initial: number }) => object
}
