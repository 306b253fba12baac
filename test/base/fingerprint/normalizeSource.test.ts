import {describe, expect, it} from "vitest";
import {normalizeSource} from "../../../src/base/fingerprint/normalizeSource.js";

describe("normalizeSource", () => {
  const same = (...texts: string[]) => new Set(texts.map(normalizeSource)).size === 1;

  it("leaves out comments, white space, quotes, void 0, joined strings and esbuild's names", () => {
    expect(same("(a) => a", "a=>a", "( a ) => /* a */ a // a")).toBe(true);
    expect(same("() => 'x' + \"y\"", "()=>`xy`")).toBe(true);
    expect(same("(a) => a + 'x' + 'y'", "a=>a+'xy'")).toBe(true);
    expect(same("() => undefined", "()=>void 0")).toBe(true);
    expect(same("() => /\\p{L}/u", '()=>new RegExp("\\\\p{L}","u")')).toBe(true);
    expect(
      same(
        "() => { const f = (a) => a; return f; }",
        '()=>{const f=__name(a=>a,"f");return f}',
        '()=>{const f=a=>a;__name(f,"f");return f;;}'
      )
    ).toBe(true);
  });

  it("keeps whatever changes what is computed", () => {
    const texts = [
      "(a) => a",
      "(a) => !a",
      "(a) => a + 1",
      "(a) => 1 + a",
      "(a) => a + '1'",
      "(a) => a + 1n",
      "(a) => a.b",
      "(a) => a?.b",
      "(a) => a[b]",
      "(a) => a['b']",
      "async (a) => a",
      "(a) => /a/.test(a)",
      "(a) => /a/i.test(a)",
      "(a) => `${a}`",
      "(a) => { a; }",
      "(a) => (1, a)",
      "function (a) { return a }",
      "function* (a) { return a }"
    ];
    expect(new Set(texts.map(normalizeSource)).size).toBe(texts.length);
  });

  it("reads methods, and gives native code back as it is", () => {
    expect(same("aggregate(rows) { return rows.length }", "aggregate(rows){return rows.length}")).toBe(true);
    const native = Math.max.toString();
    expect(normalizeSource(native)).toBe(native);
  });
});
