/** What a reader of a guide does, in its order: write a file, or run commands. */
export type Step = {file: string; text: string} | {commands: Command[]; shows: string[]};

export interface Command {
  line: string;
  code: number;
}

const FENCE = /^( *)(`{3,})(\w*)$/;

/**
 * The steps of a guide's text. A fenced block below "`PATH`:" is a file; `sh` blocks are commands, whose comments may state an
 * exit code; a `text` block has lines that the commands before it print.
 */
export function stepsOf(guide: string): Step[] {
  const steps: Step[] = [];
  const lines = guide.split("\n");
  let file: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const [, indent = "", ticks, language] = FENCE.exec(lines[i]!) ?? [];
    if (ticks === undefined) {
      if (lines[i] !== "") file = /^ *`([^`]+)`:$/.exec(lines[i]!)?.[1];
      continue;
    }
    const end = lines.indexOf(indent + ticks, i + 1);
    const block = lines.slice(i + 1, end).map((line) => line.slice(indent.length));
    if (file) steps.push({file, text: block.join("\n") + "\n"});
    else if (language === "sh") steps.push({commands: block.map(command), shows: []});
    else if (language === "text") {
      const before = steps.at(-1);
      if (!before || !("commands" in before)) throw new Error("a text block follows no commands");
      before.shows.push(...block);
    }
    file = undefined;
    i = end;
  }
  return steps;
}

function command(line: string): Command {
  const [, words = line, comment = ""] = /^(.*?)(?: +# (.*))?$/.exec(line)!;
  return {line: words, code: Number(/exit code (\d+)/.exec(comment)?.[1] ?? 0)};
}
