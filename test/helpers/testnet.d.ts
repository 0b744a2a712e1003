/** hyperdht's own network for tests; it ships no types. */
declare module 'hyperdht/testnet' {
  export default function createTestnet(
    size: number,
    options?: { readonly host?: string }
  ): Promise<{
    readonly bootstrap: readonly { readonly host: string; readonly port: number }[]
    destroy(): Promise<void>
  }>
}
