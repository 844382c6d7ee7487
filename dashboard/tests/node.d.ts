/* The few things of Node that the tests use; its whole types are no dependency of ours. */
declare module "node:crypto" {
  interface Digest {
    update(part: NodeBytes | string): Digest;
    digest(): NodeBytes;
    digest(encoding: "hex" | "base64"): string;
  }
  export function createHash(name: string): Digest;
  export function createHmac(name: string, key: NodeBytes): Digest;
}
declare interface NodeBytes extends Uint8Array<ArrayBuffer> {
  toString(encoding?: string): string;
  subarray(begin?: number, end?: number): NodeBytes;
}
declare type Buffer = NodeBytes;
declare const Buffer: { from(text: string, encoding?: string): NodeBytes };
