import {readdir, readFile} from "node:fs/promises";
import {dirname, join, posix, relative, sep} from "node:path";

/** A page of a built site: its HTML, and the specifiers of the modules that its script imports. */
export interface PageScript {
  /** Path of the HTML file, relative to the site's folder, with "/". */
  page: string;
  html: string;
  /** Each local module it imports, as written and as a path relative to the site's folder. */
  imports: {specifier: string; module: string}[];
}

const MODULE_SCRIPT = /<script type="module">([\s\S]*?)<\/script>/;

/** All pages of a built site. Modules that do not exist (and packages by bare name) are left out of `imports`. */
export async function pageScripts(dist: string): Promise<PageScript[]> {
  const files = (await readdir(dist, {recursive: true})).map((file) => file.split(sep).join("/"));
  const present = new Set(files);
  const pages: PageScript[] = [];
  for (const page of files.filter((file) => file.endsWith(".html")).sort()) {
    const html = await readFile(join(dist, page), "utf8");
    const script = MODULE_SCRIPT.exec(html)?.[1] ?? "";
    const specifiers = [...script.matchAll(/(?:\bfrom |\bimport |\bimport\()"(\.[^"]+\.js)"/g)].map(
      ([, specifier]) => specifier!
    );
    pages.push({
      page,
      html,
      imports: [...new Set(specifiers)].flatMap((specifier) => {
        const module = posix.normalize(posix.join(posix.dirname(page), specifier));
        return present.has(module) ? [{specifier, module}] : [];
      })
    });
  }
  return pages;
}

/** A module's path as a page imports it: relative, and beginning with a dot. */
export function specifierFrom(page: string, module: string): string {
  const path = relative(dirname(page) || ".", module)
    .split(sep)
    .join("/");
  return path.startsWith(".") ? path : `./${path}`;
}
