import {bech32, bech32m, createBase58check} from "@scure/base";
import {sha256} from "@noble/hashes/sha2.js";
import {keccak_256} from "@noble/hashes/sha3.js";
import type {Finding, Recognizer} from "../finding.js";

const base58check = createBase58check(sha256);

/** First byte of an address and its coin: Bitcoin, Dogecoin, Litecoin, Tron. */
const VERSIONS = new Map([
  [0, "bitcoin"],
  [5, "bitcoin"],
  [30, "dogecoin"],
  [22, "dogecoin"],
  [48, "litecoin"],
  [50, "litecoin"],
  [65, "tron"]
]);
const PIECE = /[0-9A-Za-z]+/y;

/** Addresses of crypto currencies with a checksum (base58check, bech32, EIP-55). */
export const cryptoAddress: Recognizer = {
  type: "CRYPTO",
  name: "crypto",
  layer: "patterns",
  context: ["wallet", "btc", "bitcoin", "crypto", "eth", "ethereum", "litecoin", "address", "pay"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.longTokens.length; index += 2) {
      const end = marks.longTokens[index + 1]!;
      for (let start = marks.longTokens[index]!; start < end;) {
        PIECE.lastIndex = start;
        const piece = PIECE.exec(text)?.[0];
        const length = piece?.length ?? 1;
        const verdict = piece && length > 25 && length < 91 ? judge(piece) : undefined;
        if (verdict) findings.push({type: "CRYPTO", start, end: start + length, ...verdict});
        start += length;
      }
    }
    return findings;
  }
};

function judge(address: string): {score: number; rule: string} | undefined {
  if (/^(?:bc|tb|ltc)1/i.test(address)) return isBech32(address) ? sure("bech32") : undefined;
  if (/^0x[0-9a-f]{40}$/i.test(address)) return judgeEthereum(address);
  if (address.length > 35 || !/^[1-9A-HJ-NP-Za-km-z]+$/.test(address)) return undefined;
  try {
    const bytes = base58check.decode(address);
    const coin = bytes.length === 21 ? VERSIONS.get(bytes[0]!) : undefined;
    return coin === undefined ? undefined : sure(`base58check-${coin}`);
  } catch {
    return undefined;
  }
}

function sure(rule: string) {
  return {score: 1, rule: `crypto/${rule}`};
}

/**
 * BIP 173 and BIP 350: version 0 carries a bech32 checksum and a program of 20 or 32 bytes, later versions a bech32m one and
 * 2 to 40 bytes; bits that fill up the last byte are zeros.
 */
function isBech32(address: string): boolean {
  for (const [code, accepts] of [
    [bech32, (version: number, bytes: number) => version === 0 && (bytes === 20 || bytes === 32)],
    [bech32m, (version: number, bytes: number) => version > 0 && version < 17 && bytes > 1 && bytes < 41]
  ] as const) {
    const [version, ...program] = code.decodeUnsafe(address, 90)?.words ?? [];
    if (version === undefined) continue;
    const bytes = code.fromWordsUnsafe(program);
    if (bytes && accepts(version, bytes.length)) return true;
  }
  return false;
}

/** EIP-55: upper-case letters stand where the hash of the address has a digit of 8 or more. */
function judgeEthereum(address: string): {score: number; rule: string} | undefined {
  const digits = address.slice(2);
  const lower = digits.toLowerCase();
  if (digits === lower || digits === digits.toUpperCase()) return {score: 0.4, rule: "crypto/ethereum"};
  const hash = keccak_256(new TextEncoder().encode(lower));
  for (let index = 0; index < 40; index++) {
    if (/\d/.test(digits[index]!)) continue;
    const nibble = (hash[index >> 1]! >> (index % 2 === 0 ? 4 : 0)) & 15;
    if (nibble > 7 !== digits[index]! < "a") return undefined;
  }
  return sure("eip-55");
}
