/** Where a text in UTF-8 stands: bytes that its last character still needs, and the range of the next one. */
export interface Utf8State {
  left: number;
  low: number;
  high: number;
}

export const UTF8_START: Utf8State = {left: 0, low: 0x80, high: 0xbf};

/** The state after more bytes; undefined when they are no UTF-8. By table 3-7 of the Unicode standard. */
export function afterBytes(state: Utf8State, bytes: Uint8Array): Utf8State | undefined {
  let {left, low, high} = state;
  for (const byte of bytes) {
    if (left > 0) {
      if (byte < low || byte > high) return undefined;
      left--;
      [low, high] = [0x80, 0xbf];
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return undefined;
      left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  return {left, low, high};
}
