import {withoutReasoning} from "../withoutReasoning.js";
import {listItems, indentStart, withoutIndent} from "./indents.js";

/** The names that a fence may give a language, in small letters. */
const NAMES: Readonly<Record<CodeLanguage, RegExp>> = {
  javascript: /^(?:javascript|js|node|mjs|cjs)$/,
  python: /^py(?:thon)?[\d.]*$/
};

export type CodeLanguage = "javascript" | "python";

/**
 * The code in a model's answer: its fenced blocks (Markdown's, ``` or ~~~) of the language, or those that name none, in
 * their order; a fence that is not closed goes to the end. Fences of list items count, and the lines of one that is indented lose its
 * indent. An answer without a fence is code as a whole. What stands between `<think>` and `</think>` is no part of the answer.
 * Undefined when there are fences, and none is of the language, or when nothing but blanks is left.
 */
export function fencedCode(answer: string, language: CodeLanguage): string | undefined {
  const given = withoutReasoning(answer);
  const blocks = fencedBlocks(given);
  const named = blocks.filter(({name}) => NAMES[language].test(name));
  const chosen = named.length > 0 ? named : blocks.filter(({name}) => name === "");
  const code = blocks.length === 0 ? given : chosen.flatMap(({lines}) => lines).join("\n");
  return code.trim() === "" ? undefined : code;
}

interface FencedBlock {
  /** The language that its fence names, in small letters. */
  name: string;
  lines: string[];
}

function fencedBlocks(answer: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const items = listItems();
  let open: {fence: string; column: number; block: FencedBlock} | undefined;
  for (const line of answer.split(/\r?\n/)) {
    const {column, text} = open ? indentStart(line) : items.read(line);
    const [, fence, info = ""] = /^(`{3,}|~{3,})\s*([^`]*)$/.exec(text) ?? [];
    const isFence = fence !== undefined && column - items.column() <= 3;
    if (open) {
      if (isFence && fence.startsWith(open.fence) && info.trim() === "") open = undefined;
      else open.block.lines.push(withoutIndent(line, open.column));
    } else if (isFence) {
      const name = info
        .trim()
        .split(/[\s{,:]/)[0]!
        .toLowerCase();
      const block = {name, lines: []};
      blocks.push(block);
      open = {fence, column, block};
    }
  }
  return blocks;
}
