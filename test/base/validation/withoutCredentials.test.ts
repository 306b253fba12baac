import {expect, it} from "vitest";
import {withoutCredentials} from "../../../src/base/validation/index.js";

it("an address keeps its host, path and what is not secret, and loses user info and secret values", () => {
  const cleaned = {
    "https://user:hunter2pw@example.com/v1/x?api_key=SECRETQUERY99":
      "https://example.com/v1/x?api_key=hidden",
    "https://user:p/w@d@example.com/x": "https://example.com/x",
    "http://token@127.0.0.1:8080?model=a&sig=b%20c#access_token=d":
      "http://127.0.0.1:8080?model=a&sig=hidden#access_token=hidden",
    "webhook:https://example.com/@team/x?Zx8Kq2Lm9Vt4Bn7Rw1Yc5Dh3&v=1":
      "webhook:https://example.com/@team/x?hidden&v=1",
    "https://example.com/v1/chat?api-version=2024-10-21":
      "https://example.com/v1/chat?api-version=2024-10-21",
    "call to https://a:b@example.com/x failed: see https://example.com/y?q=1":
      "call to https://example.com/x failed: see https://example.com/y?q=1",
    "openai:chat:gpt-4o": "openai:chat:gpt-4o",
    "https://example.com/%E0?key=%E0": "https://example.com/%E0?key=hidden"
  };
  for (const [text, expected] of Object.entries(cleaned)) {
    expect(withoutCredentials(text)).toBe(expected);
    expect(withoutCredentials(expected)).toBe(expected);
  }
});
