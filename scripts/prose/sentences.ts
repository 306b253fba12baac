export interface Sentence {
  text: string;
  /** Where it begins, from 1. */
  line: number;
  words: number;
  heading: boolean;
}

/** Abbreviations whose full stop ends no sentence. */
const ABBREVIATION = /(^|[\s(])(e\.g|i\.e|etc|vs|cf|al|No|Inc|Dr|St|[A-Z])\.$/;
/** Tags that end a sentence. */
const BLOCKS = new Set(
  "p,div,section,details,summary,table,tr,td,th,ul,ol,li,h1,h2,h3,h4,h5,h6,figure,dl,dt,dd".split(",")
);

/** The sentences of a Markdown text. Code, HTML and addresses count for nothing, a piece of inline code for one word. */
export function sentencesOf(markdown: string): Sentence[] {
  return blocksOf(markdown).flatMap(({text, line, kind}) => {
    const cut = split(text).map((one) => ({
      text: one.text.replace(/\s+/g, " ").trim(),
      line: line + breaks(text.slice(0, one.at + one.text.search(/\S|$/))),
      words: wordCount(one.text),
      heading: kind === "heading"
    }));
    return cut.filter(({words, text: own}) => words > 0 && (kind !== "cell" || own.endsWith(".")));
  });
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

interface Block {
  text: string;
  line: number;
  kind: "prose" | "heading" | "cell";
}

/** Characters of the same number, so that what follows keeps its line. */
function blank(text: string, by = " "): string {
  return text.replace(/[^\n]/g, by);
}

function withoutCode(markdown: string): string {
  return markdown
    .replace(/^---\n[\s\S]*?\n---\n/, (front) => blank(front))
    .replace(/^([ \t>]*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^[ \t>]*\2[^\n]*$/gm, (code) => blank(code))
    .replace(/<!--[\s\S]*?-->/g, (comment) => blank(comment))
    .replace(/<(script|style|pre|svg)\b[\s\S]*?<\/\1>/gi, (element) => blank(element))
    .replace(/(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?[^`]\1(?!`)/g, (code) => blank(code, "X"))
    .replace(/\$\{[^}\n]*\}/g, (expression) => blank(expression, "X"))
    .replace(/<\/?([a-z][\w-]*)[^<>\n]*>/gi, (tag, name: string) =>
      BLOCKS.has(name.toLowerCase()) ? `\u0000${blank(tag.slice(1))}` : blank(tag)
    )
    .replace(/\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?: "[^"]*")?\)/g, (address) => blank(address))
    .replace(/!?\[|\]|\*\*/g, (mark) => blank(mark));
}

function blocksOf(markdown: string): Block[] {
  const written = markdown.split("\n");
  const blocks: Block[] = [];
  let open: Block | undefined;
  let inList = false;
  for (const [index, whole] of withoutCode(markdown).split("\n").entries()) {
    for (const [part, own] of whole.split("\u0000").entries()) {
      const line = index + 1;
      if (part > 0) open = undefined;
      const [, heading] = /^\s*#{1,6}\s+(.*)$/.exec(own) ?? [];
      if (/^\s*\|/.test(own)) {
        open = undefined;
        const cells = own.split(/(?<!\\)\|/).map((cell): Block => ({text: cell, line, kind: "cell"}));
        blocks.push(...cells);
      } else if (heading !== undefined) {
        open = undefined;
        blocks.push({text: heading, line, kind: "heading"});
      } else if (own.trim() === "") open = undefined;
      else {
        const [marker] = /^[\s>]*(?:[-*+]|\d+[.)])\s+|^[\s>]+/.exec(own) ?? [""];
        const item = /[-*+\d]/.test(marker);
        const isIndentedCode = !open && !inList && /^( {4}|\t)/.test(written[index]!);
        if (isIndentedCode) continue;
        inList = item || (inList && /^\s/.test(own));
        if (!open || item) blocks.push((open = {text: own.slice(marker.length), line, kind: "prose"}));
        else open.text += `\n${own.slice(marker.length)}`;
      }
    }
  }
  return blocks;
}

function split(text: string): {text: string; at: number}[] {
  const sentences: {text: string; at: number}[] = [];
  let begin = 0;
  for (const {index, 0: end} of text.matchAll(/[.!?…]["”’)*_]*\s+(?=["“‘(*_]*[\p{Lu}\p{N}])/gu)) {
    if (ABBREVIATION.test(text.slice(begin, index + 1))) continue;
    sentences.push({text: text.slice(begin, index + end.length), at: begin});
    begin = index + end.length;
  }
  return [...sentences, {text: text.slice(begin), at: begin}];
}

function breaks(text: string): number {
  return text.split("\n").length - 1;
}
