import {execFileSync} from "node:child_process";
import {expect, it} from "vitest";
import {promptCommand} from "../../../src/report/components/examples/rowAsked.js";

it.each(["plain-1", "$(echo run)", "a/b?c=d&e#f", "it's `id`", "two words", "*"])(
  "the command for a row's prompt gives a shell the id %s as one word",
  (id) => {
    const command = promptCommand({eval: "mails"}, id).replace("npx assay", "printf '%s\\n'");
    const words = execFileSync("sh", ["-c", command], {encoding: "utf8"}).trimEnd().split("\n");
    expect(words).toEqual(["rows", "mails", "--prompt", id]);
  }
);
