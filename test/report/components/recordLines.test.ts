import {beforeAll, describe, expect, it} from "vitest";
import {recordLines} from "../../../src/report/components/text/recordLines.js";
import {JSDOM} from "../../support/jsdom.js";

const linesOf = (record: object) => {
  const shown = recordLines(record) as Element | string;
  return typeof shown === "string" ? shown : shown.outerHTML.replace(/\s+/g, " ");
};

describe("a record on a page", () => {
  beforeAll(() => {
    const {document, Node, NodeList, HTMLCollection} = new JSDOM("").window;
    Object.assign(globalThis, {document, Node, NodeList, HTMLCollection});
  });

  it("lists the models of a cascade, each with its own lines, and no value that is missing", () => {
    const models = [
      {identity: {weights: "ab".repeat(32)}, model: "small", params: null},
      {identity: {baseUrl: "http://here"}, model: "<b>large</b>", params: {max_tokens: 8}}
    ];
    const shown = linesOf({cascade: JSON.stringify(models), answers: "10"});
    expect(shown.match(/<li>/g)).toHaveLength(2);
    expect(shown).toContain("max_tokens: 8");
    expect(shown).toContain("&lt;b&gt;large&lt;/b&gt;");
    expect(shown).toContain("ababababab");
    expect(shown).not.toMatch(/null|\{/);
  });

  it("shows a text that only looks like a list as it is, and nothing as a dash", () => {
    expect(linesOf({system: "[{not JSON"})).toContain("system: [{not JSON");
    expect(linesOf({params: null})).toBe("–");
  });
});
