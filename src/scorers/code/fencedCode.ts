/** The names that a fence may give a language. */
const NAMES: Readonly<Record<CodeLanguage, readonly string[]>> = {
  javascript: ["javascript", "js", "node", "mjs", "cjs"],
  python: ["python", "py", "python3"]
};

export type CodeLanguage = "javascript" | "python";

/**
 * The code in a model's answer: its fenced blocks (Markdown's, ``` or ~~~) of the language, or those that name none, in
 * their order; a fence that is not closed goes to the end. An answer without a fence is code as a whole. Undefined when
 * there are fences, and none is of the language, or when nothing but blanks is left.
 */
export function fencedCode(answer: string, language: CodeLanguage): string | undefined {
  const blocks: {name: string; lines: string[]}[] = [];
  let open: {fence: string; block: (typeof blocks)[number]} | undefined;
  for (const line of answer.split(/\r?\n/)) {
    const [, fence, info = ""] = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line) ?? [];
    if (open) {
      if (fence?.startsWith(open.fence) && info.trim() === "") open = undefined;
      else open.block.lines.push(line);
    } else if (fence !== undefined) {
      const block = {
        name: info
          .trim()
          .split(/[\s{,:]/)[0]!
          .toLowerCase(),
        lines: []
      };
      blocks.push(block);
      open = {fence, block};
    }
  }
  const named = blocks.filter(({name}) => NAMES[language].includes(name));
  const chosen = named.length > 0 ? named : blocks.filter(({name}) => name === "");
  const code = blocks.length === 0 ? answer : chosen.flatMap(({lines}) => lines).join("\n");
  return code.trim() === "" ? undefined : code;
}
