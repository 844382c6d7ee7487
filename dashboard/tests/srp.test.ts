import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { begin, prove, timestampOf } from "../src/auth/srp.ts";

/* A verifier written apart from the page's code: what Cognito does with the password that it knows. */
const N = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);
const POOL = "eu-west-1_AbCdEf123";
const USER = "2b1c9f6e-0d0a-4c1e-9a53-5d2f0d7f4a11";
const BLOCK = Buffer.from("a secret block of Cognito").toString("base64");
const WHEN = timestampOf(new Date(Date.UTC(2011, 11, 7, 9, 5, 3)));

const signed = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const even = hex.padStart(hex.length + (hex.length % 2), "0");
  return Buffer.from(even[0] && "89abcdef".includes(even[0]) ? `00${even}` : even, "hex");
};
const hash = (...parts: (Buffer | string)[]): bigint => BigInt(`0x${parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest("hex")}`);
const raise = (base: bigint, exponent: bigint): bigint => {
  let [result, square, left] = [1n, base % N, exponent];
  for (; left; left >>= 1n, square = (square * square) % N) if (left & 1n) result = (result * square) % N;
  return result;
};

class Verifier {
  readonly v: bigint;
  readonly B: bigint;
  readonly salt: string;
  readonly b: bigint;
  constructor(password: string, salt: string, b: bigint) {
    this.salt = salt;
    this.b = b;
    const inner = createHash("sha256").update(`AbCdEf123${USER}:${password}`).digest();
    this.v = raise(2n, hash(signed(BigInt(`0x${salt}`)), inner));
    this.B = (hash(signed(N), signed(2n)) * this.v + raise(2n, b)) % N;
  }
  signature(A: bigint, block: string, timestamp: string): string {
    const u = hash(signed(A), signed(this.B));
    const S = raise(A * raise(this.v, u), this.b);
    const drawn = createHmac("sha256", signed(u)).update(signed(S)).digest();
    const key = createHmac("sha256", drawn).update("Caldera Derived Key\u0001").digest().subarray(0, 16);
    return createHmac("sha256", key).update(`AbCdEf123${USER}`).update(Buffer.from(block, "base64")).update(timestamp).digest("base64");
  }
}

const challenge = (verifier: Verifier, password: string) => ({
  poolId: POOL, userId: USER, password, saltHex: verifier.salt, serverHex: verifier.B.toString(16), secretBlock: BLOCK,
});

describe("Cognito's SRP", () => {
  const seeds = [1, 7, 91, 200, 255];
  it.each(seeds)("proves the password to a verifier (secret of %d)", async (seed) => {
    const begun = begin(new Uint8Array(128).fill(seed));
    const verifier = new Verifier("Pässwörd 1!", seed % 2 ? "f0e1d2c3b4a5968778695a4b3c2d1e0f" : "70e1d2c3b4a5968778695a4b3c2d1e0f", 123_456_789n ** BigInt(seed));
    const proof = await prove(begun, challenge(verifier, "Pässwörd 1!"), WHEN);
    expect(proof).toBe(verifier.signature(BigInt(`0x${begun.publicHex}`), BLOCK, WHEN));
  });
  it("does not prove another password", async () => {
    const begun = begin(new Uint8Array(128).fill(3));
    const verifier = new Verifier("right", "0a", 99n);
    expect(await prove(begun, challenge(verifier, "wrong"), WHEN)).not.toBe(verifier.signature(BigInt(`0x${begun.publicHex}`), BLOCK, WHEN));
  });
  it("keeps the multiplier that Cognito's own kits have", () =>
    expect(hash(signed(N), signed(2n)).toString(16)).toBe("538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"));
  it("refuses a challenge that gives the key away", async () => {
    const verifier = new Verifier("x", "0a", 99n);
    await expect(prove(begin(), { ...challenge(verifier, "x"), serverHex: N.toString(16) }, WHEN)).rejects.toThrow("no valid challenge");
  });
  it("draws another secret each time", () => expect(begin().publicHex).not.toBe(begin().publicHex));
  it("writes the moment as Cognito reads it", () => expect(WHEN).toBe("Wed Dec 7 09:05:03 UTC 2011"));
});
