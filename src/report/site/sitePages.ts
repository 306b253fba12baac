import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parse} from "yaml";
import type {NavigationPage} from "./frame.js";

/** What a page states about itself in its front matter. */
interface PageStatement {
  title?: string;
  /** Its position in the navigation, which a page without one is not in. */
  order?: number;
  /** The part of the navigation that lists it. */
  group?: string;
  /** What a reader finds there, beside its name in the navigation. */
  about?: string;
  /** It may run WebAssembly and workers. */
  webassembly?: boolean;
}

const PACKAGED = fileURLToPath(new URL("../../../pages", import.meta.url));

/**
 * The navigation of a site, made from its pages' front matter. A report page that a project copied from an earlier version has no
 * `order`; the package's page of the same name then states it.
 */
export async function sitePages(root: string): Promise<NavigationPage[]> {
  const packaged = await pageStatements(PACKAGED);
  const own = await pageStatements(root);
  return [...own]
    .map(([path, page]) => ({path, ...(page.order === undefined ? packaged.get(path) : page)}))
    .filter(({title, order}) => title !== undefined && order !== undefined)
    .sort((a, b) => a.order! - b.order! || a.path.localeCompare(b.path))
    .map(({path, title, group, about}) => ({name: title!, path, group, about}));
}

/** The paths of the report's own pages that run no WebAssembly and no workers. */
export async function plainPages(): Promise<ReadonlySet<string>> {
  const packaged = [...(await pageStatements(PACKAGED))];
  return new Set(packaged.filter(([, {webassembly}]) => !webassembly).map(([path]) => path));
}

/** By path within the site: "/candidates". */
async function pageStatements(folder: string): Promise<Map<string, PageStatement>> {
  const names = await readdir(folder, {recursive: true}).catch(() => []);
  const pages = names.filter((name) => name.endsWith(".md") && !name.startsWith("."));
  return new Map(
    await Promise.all(
      pages.map(async (name) => {
        const [, front = ""] =
          /^---\r?\n([^]*?)\r?\n---/.exec(await readFile(join(folder, name), "utf8")) ?? [];
        const path = `/${name.slice(0, -".md".length).replaceAll("\\", "/")}`;
        return [path, statementOf(front)] as const;
      })
    )
  );
}

/** Framework reports front matter that is not YAML, with its place. */
function statementOf(front: string): PageStatement {
  try {
    return (parse(front) as PageStatement | null) ?? {};
  } catch {
    return {};
  }
}
