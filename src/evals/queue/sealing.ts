import {createCipheriv, createDecipheriv, createHmac, randomBytes} from "node:crypto";
import {UserError} from "../../base/validation/index.js";

/** How requests and answers are written on the queue. */
export interface QueueSealing {
  /** "" without a key. Workers with another key use other queues. */
  keyprint: string;
  /** `about` must be the same when it is opened: what was sealed for one place cannot be put at another. */
  seal(value: unknown, about: string): string;
  open(text: string, about: string): unknown;
}

/**
 * AES-256-GCM with a random nonce for each message when there is a key, JSON otherwise.
 * @param key 32 bytes as base64 or hexadecimal, from ASSAY_QUEUE_KEY. Throws UserError, which does not repeat it, for
 * anything else.
 */
export function createSealing(key: string | undefined): QueueSealing {
  if (!key) return {keyprint: "", seal: (value) => JSON.stringify(value), open: (text) => JSON.parse(text)};
  const bytes = /^[0-9a-f]{64}$/i.test(key) ? Buffer.from(key, "hex") : Buffer.from(key, "base64");
  if (bytes.length !== 32)
    throw new UserError(
      "ASSAY_QUEUE_KEY must hold 32 bytes as base64 or hexadecimal. Make one with `openssl rand -base64 32`."
    );
  return {
    keyprint: createHmac("sha256", bytes).update("assay queue").digest("hex").slice(0, 16),
    seal(value, about) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", bytes, nonce).setAAD(Buffer.from(about));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
    },
    open(text, about) {
      const all = Buffer.from(text, "base64");
      const decipher = createDecipheriv("aes-256-gcm", bytes, all.subarray(0, 12), {authTagLength: 16})
        .setAAD(Buffer.from(about))
        .setAuthTag(all.subarray(12, 28));
      return JSON.parse(
        Buffer.concat([decipher.update(all.subarray(28)), decipher.final()]).toString("utf8")
      );
    }
  };
}
