export interface NavigationPage {
  name: string;
  /** Absolute within the site: "/candidates". */
  path: string;
}

export const REPORT_PAGES: NavigationPage[] = [
  {name: "Verdict", path: "/index"},
  {name: "Candidates", path: "/candidates"},
  {name: "Costs", path: "/costs"},
  {name: "Differences", path: "/differences"},
  {name: "Examples", path: "/examples"},
  {name: "Row by row", path: "/comparison"},
  {name: "Judges", path: "/judges"},
  {name: "Races", path: "/races"},
  {name: "Data", path: "/data-sets"},
  {name: "Splits", path: "/splits"},
  {name: "Merges", path: "/merges"},
  {name: "Lineage", path: "/lineage"},
  {name: "Runs", path: "/runs"},
  {name: "History", path: "/history"},
  {name: "Method", path: "/method"}
];

// Framework writes a document without a language and forbids zooming; neither can be configured.
export const siteHead = `<link rel="icon" href="data:,">
<meta name="color-scheme" content="light dark">
<script>document.documentElement.lang = "en"; document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";</script>`;

export const siteFooter = `<p>Every number can be traced to its rows, split, prompt, price and seed on the <a href="./runs">runs</a> page.</p>`;

/** The bar on top of every page: links are relative, so that the site works below any path. */
export function siteHeader(title: string, pages: readonly NavigationPage[], path: string): string {
  const up = "../".repeat(path.split("/").length - 2) || "./";
  const links = pages.map((page) => {
    const href = up + (page.path === "/index" ? "" : page.path.slice(1));
    const current = page.path === path ? ` aria-current="page"` : "";
    return `<li><a href="${escape(href)}"${current}>${escape(page.name)}</a></li>`;
  });
  return `<a class="skip" href="#content">Skip to the content</a>
<a class="brand" href="${up}">${escape(title)}</a>
<nav aria-label="Report"><ul>${links.join("")}</ul></nav>
<span id="content" tabindex="-1"></span>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
