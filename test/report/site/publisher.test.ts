import {describe, expect, it} from "vitest";
import {publisher} from "../../../src/report/site/publisher.js";

const rows = (texts: string[]) => Array.from({length: 60}, (_, row) => texts[row % texts.length]!);

describe("what a page shows of an answer", () => {
  it("is a label as it is, even for rows whose text is not published", () => {
    expect(publisher(rows(["spam", "newsletter"]))("spam", null)).toBe("spam");
  });

  it("is masked when it is free text, and nothing when the row's text is not published", () => {
    const publish = publisher(rows(["spam", "newsletter"]));
    expect(publish("write to anna@example.com", "an excerpt")).toBe("write to <EMAIL_ADDRESS>");
    expect(publish("write to anna@example.com", null)).toBeNull();
  });

  it("never takes expected texts that differ from row to row for labels", () => {
    const publish = publisher(["call anna@example.com", "call bob@example.com", "call eve@example.com"]);
    expect(publish("call bob@example.com", "an excerpt")).toBe("call <EMAIL_ADDRESS>");
    expect(publish("call bob@example.com", null)).toBeNull();
  });

  it("is cut when it is long", () => {
    expect(publisher(rows(["spam"]))("words ".repeat(500), "an excerpt")!.length).toBeLessThanOrEqual(300);
  });

  it("is nothing where there was none", () => {
    expect(publisher([null, null])(null, "an excerpt")).toBeNull();
  });
});
