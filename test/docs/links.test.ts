import {existsSync, readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {describe, expect, it} from "vitest";

const repository = resolve(import.meta.dirname, "../..");
const inDocs = readdirSync(join(repository, "docs"), {recursive: true, encoding: "utf8"});
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...inDocs.filter((name) => name.endsWith(".md")).map((name) => join("docs", name))
];

const withoutCode = (text: string) =>
  text
    .replace(/^( *)(`{3,})[^`\n]*\n[\s\S]*?^\1\2$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.slice(1, -1));

/** The anchors that GitHub gives a page's headings. */
function anchorsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = withoutCode(readFileSync(file, "utf8")).matchAll(/^#+ +(.+?) *$/gm);
  return new Set(
    Array.from(headings, ([, heading = ""]) => {
      const anchor = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-");
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    })
  );
}

/** Links of a page that lead nowhere. */
function brokenIn(page: string): string[] {
  const text = withoutCode(readFileSync(join(repository, page), "utf8"));
  return Array.from(text.matchAll(/\]\((?!\w+:)([^)\s]*)\)/g), ([, link = ""]) => link).filter((link) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? join(repository, page) : join(repository, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor));
  });
}

describe("the documentation", () => {
  it.each(pages)("%s links to what is there", (page) => {
    expect(brokenIn(page)).toEqual([]);
  });

  it("is reached from the README", () => {
    const linked = new Set<string>();
    const follow = (page: string) => {
      if (linked.has(page)) return;
      linked.add(page);
      for (const [, path = ""] of readFileSync(join(repository, page), "utf8").matchAll(
        /\]\(([^):#\s]+\.md)/g
      ))
        follow(relative(repository, resolve(repository, dirname(page), path)));
    };
    follow("README.md");
    expect(pages.filter((page) => !linked.has(page))).toEqual([]);
  });
});
