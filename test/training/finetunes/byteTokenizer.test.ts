import {expect, it} from "vitest";
import {byteTokenizer} from "../../../src/training/finetunes/index.js";

it("takes further tokens that it does not have, and names all others", () => {
  expect(() => byteTokenizer({tokens: ["AH0", "-ing", " K", "日"]})).not.toThrow();
  expect(() => byteTokenizer({tokens: ["AH0", "K", "é", "<|end|>", "AH0", "KK", ""]})).toThrow(
    'byteTokenizer: `tokens`: it has "K", "é", "<|end|>" without them: single bytes and <|end|> are tokens already; "AH0" stands there more than once; an empty text is no token.'
  );
});
