import {describe, expect, it} from "vitest";
import {allRecognizers, type Recognizer} from "../../../src/data/privacy/index.js";
import {scanContext} from "../../../src/data/privacy/scanContext.js";

/** Texts that make careless expressions or loops take quadratic time or worse. */
const patterns: Record<string, string> = {
  letters: "a",
  digits: "1",
  "lone digits": "1 ",
  "groups of digits": "12-34 ",
  "dotted digits": "1.",
  "dotted pairs": "12.34.",
  "dotted letters": "a.",
  "host names": "example.com.",
  "at signs": "a@",
  addresses: "a@b.com",
  colons: ":",
  "hex and colons": "ab:",
  schemes: "http://",
  "schemes with users": "a://b:",
  "user and password": "http://a:b@",
  brackets: "(",
  "plus signs": "+1",
  equals: "a=",
  assignments: "password: ",
  "api names": "api_key_",
  hyphens: "a-",
  "key blocks": "-----BEGIN ",
  "private keys": "-----BEGIN PRIVATE KEY-----",
  "web tokens": "eyJ",
  "web token parts": "eyJhbGciOiJIUzI1NiJ9.",
  "key prefixes": "sk-",
  "coin addresses": "bc1q",
  months: "1 January ",
  spaces: " ",
  "line feeds": "\n",
  "wide letters": "日",
  pairs: "😀",
  slashes: "1/1/",
  quotes: "\"'",
  "percent signs": "%"
};

describe("time grows with the length of a text, not faster", () => {
  const recognizers = allRecognizers.filter(({layer}) => layer !== "names");
  it.each(Object.entries(patterns))("in %s", (_, piece) => {
    const seconds = (recognizer: Recognizer, length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
      const start = process.cpuUsage();
      recognizer.find(text, scanContext(text, 0.3));
      const {user, system} = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    for (const recognizer of recognizers) {
      const short = seconds(recognizer, 4_000);
      // Eight times the length: linear work takes about 8 times as long, quadratic work 64 times.
      const long = seconds(recognizer, 32_000);
      expect(long, recognizer.name).toBeLessThan(Math.max(0.3, short * 24));
    }
  });
});
