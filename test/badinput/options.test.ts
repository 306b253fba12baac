import {spawnSync} from "node:child_process";
import {Command, InvalidArgumentError} from "commander";
import {describe, expect, it} from "vitest";
import {declareCommands} from "../../src/cli/commands.js";
import {acceptLogFormat} from "../../src/cli/terminal/terminal.js";
import {expectClear} from "./support.js";

const program = new Command("assay");
declareCommands(program);
acceptLogFormat(program);

/** Every option that reads a number, of every command and of those below it. */
function numericOptions(command: Command, words: string): [string, (text: string) => unknown][] {
  return [
    ...command.options.flatMap(({flags, parseArg}): [string, (text: string) => unknown][] => {
      if (!parseArg) return [];
      const read = (text: string) => parseArg(text, undefined as never);
      try {
        return [1, 0.5, 100].some((n) => accepts(read, String(n), ["number", "object"]))
          ? [[`${words} ${flags}`, read]]
          : [];
      } catch {
        return [];
      }
    }),
    ...command.commands.flatMap((one) => numericOptions(one, `${words} ${one.name()}`.trim()))
  ];
}

function accepts(read: (text: string) => unknown, text: string, types: string[]): boolean {
  try {
    const value: unknown = read(text);
    // A list of texts is no list of numbers.
    return types.includes(typeof value) && ![value].flat().some((one) => typeof one === "string");
  } catch (error) {
    if (error instanceof InvalidArgumentError) return false;
    throw error;
  }
}

const numeric = numericOptions(program, "");

/** Any whole number that a computer counts is a seed. */
const isSeed = (words: string) => words.includes("--seed");

describe("a number that is given to a command", () => {
  it("is looked for in every command that takes one", () => {
    expect(numeric.length).toBeGreaterThan(50);
    for (const words of [
      "finetune export --epochs <n>",
      "worker -j, --concurrency <n>",
      "run --budget-usd <usd>",
      "bench --concurrency <levels>"
    ])
      expect(numeric.map(([name]) => name)).toContain(words);
  });

  it.each(numeric)("is refused with its range when it is absurd: %s", (words, read) => {
    const refused = [
      "1e308",
      "-1e15",
      "Infinity",
      "NaN",
      "",
      " ",
      "ten",
      "0x10",
      "0b1",
      "1e15,",
      "1_000",
      "9".repeat(5000)
    ];
    if (!isSeed(words)) refused.push("1e15");
    for (const text of refused) {
      let message = "";
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidArgumentError);
        ({message} = error as Error);
      }
      expectClear(message, /^takes (a|at most|from) /);
      expect(message).toMatch(/from [\d.,]+ to [\d.,]+|port|number|share|above 0|at most/);
    }
  });
});

it("a reason that is blank is none, wherever one is asked for", () => {
  const reasons = (command: Command): ((text: string) => unknown)[] => [
    ...command.options
      .filter(({long}) => long === "--reason" || long === "--why")
      .map((option) => (text: string) => option.parseArg!(text, undefined)),
    ...command.commands.flatMap(reasons)
  ];
  const found = reasons(program);
  expect(found).toHaveLength(5);
  for (const read of found) {
    for (const blank of ["", "  ", "\n"]) expect(() => read(blank)).toThrow("takes a reason");
    expect(read(" asked ")).toBe("asked");
  }
});

describe("a command that is typed wrong", () => {
  it.each([
    ["lineage", "assay lineage --help"],
    ["jobs cancel", "assay jobs cancel --help"],
    ["queue pause a b", "assay queue pause --help"],
    ["run --lmit 3", "assay run --help"],
    ["lineag", "assay help"]
  ])("names the help that tells more: %s", (words, help) => {
    const main = new URL("../../lib/bundle/main.js", import.meta.url).pathname;
    const {status, stderr} = spawnSync(process.execPath, [main, ...words.split(" ")], {encoding: "utf8"});
    expect(status).toBe(2);
    expectClear(stderr, `\`${help}\``);
  });
});
