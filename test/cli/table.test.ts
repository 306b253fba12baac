import {describe, expect, it} from "vitest";
import {displayWidth} from "../../src/cli/terminal/displayWidth.js";
import {type TableColumn, table} from "../../src/cli/terminal/terminal.js";
import fc from "../support/property.js";

interface Line {
  id: string;
  name: string;
  interval: string;
  n: number;
  found: string;
}

const rows: Line[] = [
  {
    id: "run-0a1b2c3d4e5f",
    name: "a classifier of long words",
    interval: "84.6 to 97.0",
    n: 144,
    found: "it is worse by 61.1 points (53.3 to 68.9) than the best of the others"
  },
  {id: "run-112233445566", name: "majority", interval: "24.7 to 40.2", n: 9, found: ""}
];

const columns: TableColumn<Line>[] = [
  {title: "id", value: ({id}) => id},
  {title: "candidate", text: "name", value: ({name}) => name},
  {title: "95% interval", value: ({interval}) => interval},
  {title: "rows not sent", align: "right", value: ({n}) => n},
  {title: "found", text: "prose", value: ({found}) => found}
];

const widest = (text: string) => Math.max(...text.split("\n").map(displayWidth));

describe("a table in a terminal", () => {
  it("is as wide as it is where nobody looks at it, and where it fits", () => {
    const whole = table(rows, columns);
    expect(whole.split("\n")).toHaveLength(3);
    expect(table(rows, columns, {width: widest(whole)})).toBe(whole);
    expect(table(rows, columns, {width: widest(whole) - 1})).not.toBe(whole);
  });

  it("cuts nothing where nobody looks at it: no sentence at all, and other texts only where they are no table any more", () => {
    const long = (text: TableColumn<string>["text"]): TableColumn<string>[] => [
      {title: "text", text, value: (value) => value},
      {title: "n", value: () => "n"}
    ];
    for (const text of ["name", "excerpt", "prose", undefined] as const)
      expect(table(["x".repeat(300)], long(text)), text).toContain(`${"x".repeat(300)}  n`);
    expect(table(["x".repeat(5000)], long("excerpt"))).toContain(`${"x".repeat(3999)}…  n`);
    expect(table(["x".repeat(5000)], long("prose"))).toContain(`${"x".repeat(5000)}  n`);
    expect(table(["x".repeat(300)], long(undefined), {width: 200})).toContain(`${"x".repeat(79)}…  n`);
  });

  it("wraps prose and headings and cuts names, and leaves ids, intervals and numbers whole", () => {
    expect(table(rows, columns, {width: 76}).split("\n")).toEqual([
      "                                                    rows",
      "                                                     not",
      "id                candidate           95% interval  sent  found",
      "run-0a1b2c3d4e5f  a classifier of l…  84.6 to 97.0   144  it is worse by",
      "                                                          61.1 points (53.3",
      "                                                          to 68.9) than the",
      "                                                          best of the others",
      "run-112233445566  majority            24.7 to 40.2     9"
    ]);
  });

  it("becomes a block of lines for each row where that is not enough", () => {
    expect(table(rows, columns, {width: 60}).split("\n")).toEqual([
      "id:           run-0a1b2c3d4e5f",
      "candidate:    a classifier of long words",
      "95% interval: 84.6 to 97.0   rows not sent: 144",
      "found:        it is worse by 61.1 points (53.3 to 68.9) than",
      "              the best of the others",
      "",
      "id:           run-112233445566",
      "candidate:    majority",
      "95% interval: 24.7 to 40.2   rows not sent: 9"
    ]);
  });

  it("puts short values of a block beside one another, each under that of the line above", () => {
    const words = ["first", "second", "third"].map((title) => ({
      title,
      value: () => `${title} of twenty signs`
    }));
    expect(table([0], words, {width: 64})).toBe(
      ["first: first of twenty signs   second: second of twenty signs", "third: third of twenty signs"].join(
        "\n"
      )
    );
  });

  it("leaves out of a block what is missing and has no name", () => {
    const ids = ["before", "after"].map((title) => ({title, value: () => title.repeat(4)}));
    const mark = {title: "", value: (n: number) => (n === 0 ? "current" : undefined)};
    expect(table([0, 1], [...ids, mark], {width: 40}).split("\n\n")).toEqual([
      `before: ${"before".repeat(4)}\nafter:  ${"after".repeat(4)}\n        current`,
      `before: ${"before".repeat(4)}\nafter:  ${"after".repeat(4)}`
    ]);
  });

  it("fits a block where a value on a line of its own has the longest name", () => {
    const long = {title: "why it was not sent to the provider", value: () => "x".repeat(30)};
    const short = ["a", "b"].map((title) => ({title, value: () => title.repeat(26)}));
    const indent = "why it was not sent to the provider: ".length;
    expect(table([0], [...short, long], {width: 70}).split("\n")).toEqual([
      "a:".padEnd(indent) + "a".repeat(26),
      "b:".padEnd(indent) + "b".repeat(26),
      `why it was not sent to the provider: ${"x".repeat(30)}`
    ]);
  });

  it("does not cut names to what reads alike", () => {
    const named: TableColumn<string>[] = [
      {title: "model", text: "name", value: (name) => name},
      {title: "score", align: "right", value: () => 1}
    ];
    const models = ["gpt-large-mini-2024-07-18", "gpt-large-mini-2024-08-06"];
    expect(table(models, named, {width: 31})).toMatch(
      /^gpt-large-mini-2024-07-… +1\ngpt-large-mini-2024-08-… +1$/m
    );
    expect(table(models, named, {width: 30})).toContain("gpt-large-mini-2024-08-06");
    expect(table([...models, "z".repeat(40)], named, {width: 50})).toMatch(/^z{40} {6}1$/m);
    expect(table(["x".repeat(40), "z".repeat(40)], named, {width: 30})).toMatch(/^z{22}… +1$/m);
  });

  it("keeps columns and their headings in line under signs of two columns, and under marks of none", () => {
    const texts = ["日本語のモデル", "🇩🇪👍🏽", "e\u0301galite\u0301", "plain"];
    const lines = table(texts, [
      {title: "label", text: "name", value: (text) => text},
      {title: "n", value: () => "n"}
    ]).split("\n");
    expect(lines.map((line) => displayWidth(line.slice(0, line.lastIndexOf("n"))))).toEqual([
      16, 16, 16, 16, 16
    ]);
  });

  it("fits any width, without losing a number, an id or an interval", () => {
    fc.assert(
      fc.property(fc.integer({min: 36, max: 160}), fc.integer({min: 0, max: 4}), (width, indent) => {
        const text = table(rows, columns, {width, indent});
        expect(widest(text)).toBeLessThanOrEqual(width);
        expect(text).not.toMatch(/[^\n] $/m);
        for (const {id, interval, n} of rows)
          for (const whole of [id, interval, String(n)]) expect(text).toContain(whole);
      })
    );
  });
});
