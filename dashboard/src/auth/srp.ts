/**
 * Cognito's variant of SRP-6a (RFC 5054): the password never leaves the page. It differs from the RFC in that g is 2
 * for the 3072-bit prime, numbers are padded with a zero byte where their first bit is set, and the key comes from
 * HKDF with the info "Caldera Derived Key".
 */
const PRIME = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B" +
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6" +
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D" +
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D" +
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);
const GENERATOR = 2n;
const SECRET_BYTES = 128;
const KEY_INFO = "Caldera Derived Key\u0001";
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const utf8 = new TextEncoder();

/** What a sign-in begins with: the secret `a` stays here, `A` goes to Cognito. */
export interface Begun {
  secret: bigint;
  publicHex: string;
}

/** What Cognito answers with. */
export interface Challenge {
  poolId: string;
  userId: string;
  password: string;
  saltHex: string;
  serverHex: string;
  secretBlock: string;
}

/** Draw a secret, and what to send for it. */
export function begin(random: Uint8Array = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))): Begun {
  const secret = bigOf(random) % PRIME;
  const open = power(GENERATOR, secret);
  if (open % PRIME === 0n) throw new Error("the drawn secret is no good; sign in once more");
  return { secret, publicHex: open.toString(16) };
}

/** Prove that the password is known. Returns the signature in base64 for `PASSWORD_CLAIM_SIGNATURE`. */
export async function prove(begun: Begun, challenge: Challenge, timestamp: string): Promise<string> {
  const key = await sharedKey(begun, challenge);
  const message = joined(
    utf8.encode(poolName(challenge.poolId) + challenge.userId),
    bytesOfBase64(challenge.secretBlock),
    utf8.encode(timestamp),
  );
  return base64Of(await hmac(key, message));
}

/** Write a moment as Cognito wants it: English, the day without a leading zero, `Wed Dec 7 09:05:00 UTC 2011`. */
export function timestampOf(moment: Date): string {
  const time = moment.toISOString().slice(11, 19);
  return `${DAYS[moment.getUTCDay()]} ${MONTHS[moment.getUTCMonth()]} ${moment.getUTCDate()} ${time} UTC ${moment.getUTCFullYear()}`;
}

async function sharedKey(begun: Begun, challenge: Challenge): Promise<Uint8Array> {
  const server = BigInt(`0x${challenge.serverHex}`);
  if (server % PRIME === 0n) throw new Error("Cognito's answer is no valid challenge; sign in once more");
  const scramble = bigOf(await sha256(joined(padded(BigInt(`0x${begun.publicHex}`)), padded(server))));
  if (scramble === 0n) throw new Error("Cognito's answer is no valid challenge; sign in once more");
  const identity = await sha256(utf8.encode(`${poolName(challenge.poolId)}${challenge.userId}:${challenge.password}`));
  const hashed = bigOf(await sha256(joined(padded(BigInt(`0x${challenge.saltHex}`)), identity)));
  const multiplier = bigOf(await sha256(joined(padded(PRIME), padded(GENERATOR))));
  const base = mod(server - multiplier * power(GENERATOR, hashed));
  const shared = power(base, begun.secret + scramble * hashed);
  const drawn = await hmac(padded(scramble), padded(shared));
  return (await hmac(drawn, utf8.encode(KEY_INFO))).slice(0, 16);
}

/** `eu-west-1_Ab12` is the pool `Ab12`. */
function poolName(poolId: string): string {
  return poolId.slice(poolId.indexOf("_") + 1);
}

function mod(value: bigint): bigint {
  const rest = value % PRIME;
  return rest < 0n ? rest + PRIME : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

/** Big-endian bytes, with a zero before them where the first bit is set. */
function padded(value: bigint): Uint8Array {
  let hex = value.toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  if (parseInt(hex.slice(0, 1), 16) >= 8) hex = `00${hex}`;
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}

function bigOf(bytes: Uint8Array): bigint {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return BigInt(`0x${hex || "0"}`);
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(bytes)));
}

async function hmac(key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", joined(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, joined(message)));
}

function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
