import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  type Action,
  maskExcerpt,
  pseudonym,
  pseudonymKey,
  redact,
  scanText
} from "../../../src/data/privacy/index.js";

const key = Buffer.from("a key of more than sixteen bytes");

/** One certain finding of each kind that has a type of its own. */
const certain = [
  "ada@example.org",
  "4111 1111 1111 1111",
  "4012888888881881",
  "DE89370400440532013000",
  "192.0.2.7",
  "2001:db8::8a2e:370:7334",
  "00:1A:2b:3C:4d:5E",
  "+44 20 7123 4567",
  "(415) 555-0132",
  "536-90-4399",
  "RSSMRA85T10A562S",
  "https://example.org/a?b=1",
  "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
  "postgres://ada:hunter2@db/app"
];
/** Nothing here joins with what stands beside it. */
const filler = fc.constantFrom(
  "",
  "héllo wörld",
  "日本語のテキスト",
  "👩‍🚀 up",
  "a̐éö̲",
  "\u{1F600}\u{1F600}",
  "x\ny",
  "<b>",
  "— “quoted” —"
);
const texts = fc
  .array(fc.tuple(filler, fc.constantFrom(...certain)), {maxLength: 8})
  .map((pieces) => pieces.map(([text, value]) => `${text} | ${value} | `).join(""));

describe("redaction", () => {
  it("of any text leaves no finding, whatever the action", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom<Action>("mask", "replace", "pseudonym"), (text, action) => {
        expect(scanText(redact(text, scanText(text), {default: action, key}))).toEqual([]);
      }),
      {numRuns: 300}
    );
  });

  it("finds every certain value between any other characters, at offsets that hold it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(filler, fc.constantFrom(...certain)), {maxLength: 6}), (pieces) => {
        const text = pieces.map(([before, value]) => `${before} | ${value} | `).join("");
        const found = scanText(text, {withText: true}).map((finding) => {
          expect(text.slice(finding.start, finding.end)).toBe(finding.text);
          return finding.text;
        });
        expect(found).toEqual(pieces.map(([, value]) => value));
      }),
      {numRuns: 300}
    );
  });

  it("of arbitrary unicode is well-formed: offsets in range, in order, never inside a surrogate pair", () => {
    const pieces = fc.oneof(
      fc.string({unit: "binary", maxLength: 12}),
      fc.constantFrom(...certain, "@", "://", "::", ".", "=", "password: ", "born ", " ")
    );
    fc.assert(
      fc.property(
        fc.array(pieces, {maxLength: 12}).map((all) => all.join("")),
        (text) => {
          let start = -1;
          for (const finding of scanText(text, {minScore: 0})) {
            expect(finding.start).toBeGreaterThanOrEqual(start);
            expect(finding.end).toBeGreaterThan(finding.start);
            expect(finding.end).toBeLessThanOrEqual(text.length);
            for (const offset of [finding.start, finding.end])
              expect(
                /[\ud800-\udbff]$/.test(text.slice(0, offset)) && /^[\udc00-\udfff]/.test(text.slice(offset))
              ).toBe(false);
            start = finding.start;
          }
        }
      ),
      {numRuns: 500}
    );
  });

  it("replaces, masks, keeps and names by type", () => {
    const text = "ada@example.org from 192.0.2.7";
    const findings = scanText(text);
    expect(redact(text, findings)).toBe("<EMAIL_ADDRESS> from <IP_ADDRESS>");
    expect(redact(text, findings, {default: "mask"})).toBe("***@*******.*** from ***.*.*.*");
    expect(redact(text, findings, {default: "keep"})).toBe(text);
    expect(redact(text, findings, {types: {IP_ADDRESS: "keep"}})).toBe("<EMAIL_ADDRESS> from 192.0.2.7");
    expect(redact(text, findings, {types: {EMAIL_ADDRESS: "pseudonym"}, key})).toMatch(
      /^<EMAIL_ADDRESS:[a-z]{16}> from <IP_ADDRESS>$/
    );
    expect(redact("nothing here", [])).toBe("nothing here");
  });

  it("covers both of two spans that cross, and what a kept span holds", () => {
    const finding = (type: string, start: number, end: number) => ({
      type,
      start,
      end,
      score: 1,
      rule: "test"
    });
    expect(redact("abcdefgh", [finding("A", 1, 4), finding("B", 3, 6)])).toBe("a<A><B>gh");
    expect(redact("abcdefgh", [finding("A", 0, 8), finding("B", 2, 4)], {types: {A: "keep"}})).toBe(
      "ab<B>efgh"
    );
  });

  it("refuses a span outside the text, and a pseudonym without a key", () => {
    expect(() => redact("abc", [{type: "A", start: 1, end: 9, score: 1, rule: "test"}])).toThrow(RangeError);
    const text = "ada@example.org";
    expect(() => redact(text, scanText(text), {default: "pseudonym"})).toThrow(/ASSAY_PSEUDONYM_KEY/);
  });

  it("shows nothing of a secret, not even its length", () => {
    const text = 'password: "Tr0ub4dor&3 " token=a1b2c3d4e5';
    expect(
      redact('"password": "Tr0ub4dor&3"', scanText('"password": "Tr0ub4dor&3"'), {default: "mask"})
    ).toBe('"password": "********"');
    expect(redact(text, scanText(text), {default: "mask"})).not.toContain("a1b2");
  });
});

describe("pseudonyms", () => {
  it("are the same for one value in every row, and differ by value, type and key", () => {
    const one = pseudonym("EMAIL_ADDRESS", "ada@example.org", key);
    expect(pseudonym("EMAIL_ADDRESS", "ada@example.org", key)).toBe(one);
    expect(pseudonym("EMAIL_ADDRESS", "Ada@Example.org", key)).toBe(one);
    expect(pseudonym("EMAIL_ADDRESS", "bob@example.org", key)).not.toBe(one);
    expect(pseudonym("PERSON", "ada@example.org", key)).not.toBe(one);
    expect(pseudonym("EMAIL_ADDRESS", "ada@example.org", Buffer.from("another key of sixteen"))).not.toBe(
      one
    );
    expect(pseudonym("CREDIT_CARD", "4111 1111 1111 1111", key)).toBe(
      pseudonym("CREDIT_CARD", "4111-1111-1111-1111", key)
    );
    expect(pseudonym("PASSWORD", "secret", key)).not.toBe(pseudonym("PASSWORD", "Secret", key));
  });

  it("keep joins: two texts agree on a person wherever the address stands", () => {
    const named = (text: string) =>
      redact(text, scanText(text), {default: "pseudonym", key}).match(/<EMAIL_ADDRESS:\w+>/g);
    expect(named("From ada@example.org to bob@example.org")![0]).toBe(named("cc: ADA@example.org")![0]);
  });

  it("stay what they were: HMAC-SHA256 over type, zero byte and value, in letters", () => {
    // printf 'EMAIL_ADDRESS\0ada@example.org' | openssl dgst -sha256 -hmac 'a key of more than sixteen bytes'
    expect(pseudonym("EMAIL_ADDRESS", "ada@example.org", key)).toBe("jqhsknesfhkjerfh");
  });

  it("need a key of sixteen bytes, which no error repeats", () => {
    expect(pseudonymKey({})).toBeUndefined();
    expect(pseudonymKey({ASSAY_PSEUDONYM_KEY: "0123456789abcdef"})).toHaveLength(16);
    expect(() => pseudonymKey({ASSAY_PSEUDONYM_KEY: "hunter2"})).toThrow(/has 7 bytes/);
    expect(() => pseudonymKey({ASSAY_PSEUDONYM_KEY: "hunter2"})).not.toThrow(/hunter2/);
  });
});

describe("excerpts for pages", () => {
  it("are redacted before they are cut, so that half an address never shows", () => {
    const text = `Dear all,\n\n${"word ".repeat(10)}write to ada.lovelace@example.org today`;
    for (let length = 0; length < 120; length++) {
      const excerpt = maskExcerpt(text, length);
      expect(Array.from(excerpt).length).toBeLessThanOrEqual(Math.max(length, 1));
      expect(excerpt).not.toMatch(/lovelace|example|<[A-Z_]*…/);
    }
    expect(maskExcerpt(text, 500)).toContain("write to <EMAIL_ADDRESS> today");
  });

  it("have people and places replaced unless told, on one line", () => {
    expect(maskExcerpt("Angela Merkel\nlives in Berlin.", 100)).toBe("<PERSON> lives in <LOCATION>.");
    expect(maskExcerpt("Angela Merkel\nlives in Berlin.", 100, false)).toBe("Angela Merkel lives in Berlin.");
    expect(maskExcerpt("", 10)).toBe("");
  });

  it("are filled though masks make the text before the cut shorter", () => {
    const excerpt = maskExcerpt("Angela Merkel met Barack Obama. ".repeat(100), 1000);
    expect(excerpt).not.toMatch(/Angela|Merkel|Barack|Obama/);
    expect(excerpt.length).toBeGreaterThan(980);
  });

  it("count characters, not halves of them", () => {
    expect(maskExcerpt("😀😀😀😀", 3, false)).toBe("😀😀…");
  });
});

describe("characters that nothing shows", () => {
  const hidden = ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u202e", "\ufe0f", "\u{e0041}"];

  it.each([
    ["EMAIL_ADDRESS", "ada@example.org"],
    ["CREDIT_CARD", "4111111111111111"],
    ["IBAN_CODE", "DE89370400440532013000"],
    ["US_SSN", "078-05-1121"],
    ["API_KEY", "AKIA" + "IOSFODNN7EXAMPLF"]
  ])("hide no %s, whichever stand in it, and go with it", (type, value) => {
    for (const [i, sign] of hidden.entries()) {
      const spelled = [...value]
        .map((character, at) => (at % (i + 2) === 1 && at + 1 < value.length ? character + sign : character))
        .join("");
      const text = `a${sign}b: ${spelled}, the${sign} end`;
      expect(redact(text, scanText(text)), JSON.stringify(sign)).toBe(`a${sign}b: <${type}>, the${sign} end`);
    }
  });
  it("part words where they stand between them", () => {
    const text = "call me\u200bada@example.org\u200bsoon";
    expect(redact(text, scanText(text))).not.toContain("ada@");
  });
  it("change nothing else", () => {
    const text = "👩\u200d👩\u200d👧 می\u200cخواهم ❤\ufe0f";
    expect(scanText(text)).toEqual([]);
  });
});
