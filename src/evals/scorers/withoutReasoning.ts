const NAMES = "think|thinking|thought|thoughts|reasoning|reflection";
const OPEN = new RegExp(`^\\s*(?:<(?:${NAMES})>|\\[THINK\\])`, "i");
const OPEN_WITHIN = new RegExp(`<(?:${NAMES})>|\\[THINK\\]`, "i");
const CLOSE = new RegExp(`</(?:${NAMES})>|\\[/THINK\\]`, "i");
const CLOSE_ALONE = new RegExp(
  `^\\s*(?:</(?:${NAMES})>|\\[/THINK\\])|(?:</(?:${NAMES})>|\\[/THINK\\])\\s*$`,
  "i"
);
const FENCE = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})/;

/**
 * An answer without what a model wrote between tags such as `<think>` and `</think>`. Tags count at the beginning of a line outside
 * of code; one that is not closed goes to the end, and behind one that only closes the answer begins, since prompts of
 * some models open it.
 */
export function withoutReasoning(answer: string): string {
  if (!CLOSE.test(answer) && !answer.split("\n").some((line) => OPEN.test(line))) return answer;
  let kept: string[] = [];
  let reasoning = false;
  let fence: string | undefined;
  for (const line of answer.split("\n")) {
    let rest: string | undefined = line;
    if (fence === undefined) {
      if (!reasoning && CLOSE_ALONE.test(line) && !OPEN_WITHIN.test(line)) {
        kept = [];
        reasoning = true;
      }
      [rest, reasoning] = outside(line, reasoning);
      if (rest === undefined) continue;
    }
    const mark: string | undefined = FENCE.exec(rest)?.[1];
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence)) fence = undefined;
    kept.push(rest);
  }
  return kept.join("\n");
}

/** What of a line is no reasoning, if anything, and whether the next line is. */
function outside(line: string, reasoning: boolean): [string | undefined, boolean] {
  let rest = line;
  let within = reasoning;
  for (;;) {
    const tag: RegExpExecArray | null = (within ? CLOSE : OPEN).exec(rest);
    if (!tag) return [within ? undefined : rest, within];
    rest = rest.slice(tag.index + tag[0].length);
    within = !within;
  }
}
