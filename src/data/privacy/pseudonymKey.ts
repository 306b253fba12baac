import {createHmac} from "node:crypto";
import {UserError} from "../../base/validation/index.js";

export const PSEUDONYM_KEY_VARIABLE = "ASSAY_PSEUDONYM_KEY";
const FEWEST_BYTES = 16;

/**
 * The key of pseudonyms from the environment; it is never stored. Undefined when the variable is not set.
 * Throws UserError when it is shorter than 16 bytes: a short key could be guessed from the pseudonyms.
 */
export function pseudonymKey(
  env: Record<string, string | undefined> = process.env,
  variable = PSEUDONYM_KEY_VARIABLE
): Buffer | undefined {
  const value = env[variable];
  if (!value) return undefined;
  const key = Buffer.from(value, "utf8");
  if (key.length < FEWEST_BYTES)
    throw new UserError(
      `${variable} has ${key.length} bytes. Use ${FEWEST_BYTES} or more, for example the output of "openssl rand -hex 32", and keep it outside the workspace.`
    );
  return key;
}

const LETTERS = "abcdefghjkmnpqrs";
const LENGTH = 16;

/**
 * A name that stands for a value: the same for the same type, value and key, in every row and version, so that
 * joins still work. HMAC-SHA256 over type and value, its first 64 bits in 16 letters: without digits no
 * recogniser mistakes it for a number. Spelling that does not matter (case, spaces, separators) is ignored.
 */
export function pseudonym(type: string, value: string, key: Uint8Array): string {
  const digest = createHmac("sha256", key)
    .update(`${type}\0${canonical(type, value)}`)
    .digest("hex");
  return digest.slice(0, LENGTH).replace(/./g, (digit) => LETTERS[parseInt(digit, 16)]!);
}

/** Tells in a ledger whether two were made with one key. Says nothing of use about the key. */
export function keyCheck(key: Uint8Array): string {
  return createHmac("sha256", key).update("assay pseudonym key check").digest("hex").slice(0, 8);
}

const AS_WRITTEN = new Set([
  "PASSWORD",
  "SECRET",
  "API_KEY",
  "ACCESS_TOKEN",
  "PRIVATE_KEY",
  "URL",
  "URL_WITH_CREDENTIALS",
  "CRYPTO"
]);
const WORDS = new Set(["PERSON", "LOCATION", "DATE_OF_BIRTH", "EMAIL_ADDRESS", "IP_ADDRESS", "MAC_ADDRESS"]);

function canonical(type: string, value: string): string {
  const composed = value.normalize("NFC");
  if (AS_WRITTEN.has(type)) return composed;
  if (WORDS.has(type)) return composed.toLowerCase().replace(/\s+/g, " ").trim();
  return composed.toUpperCase().replace(/[^\p{L}\p{N}+]/gu, "");
}
