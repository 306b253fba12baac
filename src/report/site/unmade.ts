import {readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {maskExcerpt} from "../../data/privacy/index.js";

/** Set while a site is built: a page loader that fails then prints why, so that the other pages are made. */
export const SITE_BUILD = "ASSAY_SITE_BUILD";

const BEGINNING = '{"assayUnmade":';
const LONGEST = 400;

/** What a page loader prints in place of an answer that cannot be made. */
export const unmadeAnswer = (reason: string): string => `${BEGINNING}${JSON.stringify(reason)}}`;

/** Data of a site that could not be made. */
export interface UnmadeData {
  /** Below the folder that was looked through: "data/runs.json". */
  path: string;
  reason: string;
}

/** The files of a folder that hold no answer; none where there is no folder. */
export async function unmadeIn(folder: string): Promise<UnmadeData[]> {
  const found: UnmadeData[] = [];
  for (const path of await readdir(folder, {recursive: true}).catch(() => [] as string[])) {
    if (!/\.(json|tar)$/.test(path)) continue;
    const file = join(folder, path);
    const {size} = await stat(file);
    const text = size > 100_000 ? "" : await readFile(file, "utf8").catch(() => "");
    if (!text.startsWith(BEGINNING)) continue;
    const {assayUnmade: reason} = JSON.parse(text) as {assayUnmade: string};
    found.push({path: path.replaceAll("\\", "/"), reason});
  }
  return found;
}

/** Puts a card with the reason in the place of each page whose data could not be made, and takes that data away. */
export async function cardsOfUnmade(dist: string): Promise<UnmadeData[]> {
  const found = await unmadeIn(dist);
  if (found.length === 0) return found;
  for (const page of await readdir(dist, {recursive: true})) {
    if (!page.endsWith(".html")) continue;
    const html = await readFile(join(dist, page), "utf8");
    const own = found.filter(({path}) => html.includes(basename(path)));
    if (own.length > 0) await writeFile(join(dist, page), withCard(html, own));
  }
  for (const {path} of found) await rm(join(dist, path));
  return found;
}

function withCard(html: string, found: readonly UnmadeData[]): string {
  const reasons = found.map(({reason}) => `<p>${escaped(maskExcerpt(reason, LONGEST))}</p>`).join("\n");
  return html
    .replace(/<script type="module">[\s\S]*?<\/script>\n?/g, "")
    .replace(/<link rel="modulepreload"[^>]*>\n?/g, "")
    .replace(
      /(<main\b[^>]*>)[\s\S]*?(<\/main>)/,
      (_main, start: string, end: string) =>
        `${start}\n<div class="empty"><p class="empty-title">This page could not be made.</p>\n${reasons}</div>\n${end}`
    );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
