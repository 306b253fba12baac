const KEY_BYTES = 32;

/** A plan of more requests is not kept: it would take megabytes. */
export const MOST_KEPT = 250_000;

/** The keys of a plan's requests, and the tokens that their prompts may have. */
export class KeptKeys {
  private readonly keys: Buffer;
  private readonly tokens: Uint32Array;

  constructor(total: number) {
    this.keys = Buffer.alloc(total * KEY_BYTES);
    this.tokens = new Uint32Array(total);
  }

  /** @param key 64 hexadecimal digits */
  keep(n: number, key: string, tokens: number): void {
    this.keys.write(key, n * KEY_BYTES, "hex");
    this.tokens[n] = tokens;
  }

  keyOf(n: number): string {
    return this.keys.toString("hex", n * KEY_BYTES, (n + 1) * KEY_BYTES);
  }

  tokensOf(n: number): number {
    return this.tokens[n]!;
  }
}
