export interface NavigationPage {
  name: string;
  /** Absolute within the site: "/candidates". */
  path: string;
  /** The part of the navigation that lists it; without one it stands there by itself. */
  group?: string;
  /** What a reader finds there, beside its name. */
  about?: string;
}

/** What a reader chose on one page and wants to find on the next: keys of the address. */
export const CARRIED = ["run", "scorer", "slice", "reference", "first", "second", "dataset"] as const;

const FROM_A_FILE = `<div class="empty"><p class="empty-title">This report was opened as a file.</p>
<p>Browsers load its numbers from a server only. Serve its folder, with <code>python3 -m http.server --directory dist</code>, say, and open the address that is printed.</p></div>`;

// Framework writes a document without a language and forbids zooming; neither can be configured. The navigation is given the
// address's choices here, since not every page has code that would.
export const siteHead = `<link rel="icon" href="data:,">
<meta name="color-scheme" content="light dark">
<script>document.documentElement.lang = "en"; document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";
addEventListener("DOMContentLoaded", () => {
  // Browsers load no modules from files: without a word the page would be empty.
  if (location.protocol === "file:") document.querySelector("main")?.insertAdjacentHTML("afterbegin", ${JSON.stringify(FROM_A_FILE)});
  const here = new URLSearchParams(location.search);
  for (const link of document.querySelectorAll("#observablehq-header nav a")) {
    const address = new URL(link.href);
    for (const key of ${JSON.stringify(CARRIED)}) if (here.has(key)) address.searchParams.set(key, here.get(key));
    link.href = address.href;
  }
  // On a phone parts of a long page are closed, but for that which the address names.
  if (innerWidth <= 600) for (const part of document.querySelectorAll("details.part")) part.open = part.querySelector(":target") !== null;
  const close = (except) => {
    for (const open of document.querySelectorAll("#observablehq-header details[open]")) if (!open.contains(except)) open.open = false;
  };
  addEventListener("click", ({target}) => close(target));
  addEventListener("keydown", ({key}) => key === "Escape" && close(null));
});</script>`;

export const siteFooter = `<p>Every number can be traced to its rows, split, prompt, price and seed on the <a href="./runs.html">runs</a> page.</p>`;

/**
 * The bar on top of every page: links are relative, so that the site works below any path. Pages of a group unfold below its name;
 * those of the group that is read stand in a line of their own.
 */
export function siteHeader(title: string, pages: readonly NavigationPage[], path: string): string {
  const up = "../".repeat(path.split("/").length - 2) || "./";
  const link = (page: NavigationPage) => {
    const href = up + (page.path === "/index" ? "" : `${page.path.slice(1)}.html`);
    const current = page.path === path ? ` aria-current="page"` : "";
    return `<a href="${escape(href)}"${current}>${escape(page.name)}</a>`;
  };
  const page = pages.find((one) => one.path === path);
  const here = page?.group;
  const listed = (page: NavigationPage) =>
    `<li>${link(page)}${page.about === undefined ? "" : `<small>${escape(page.about)}</small>`}</li>`;
  const groups = new Map<string, NavigationPage[]>();
  for (const page of pages) {
    const key = page.group ?? page.path;
    groups.set(key, [...(groups.get(key) ?? []), page]);
  }
  const entries = [...groups.values()].map((own) => {
    const [{group: name}] = own as [NavigationPage];
    if (name === undefined) return `<li>${own.map(link).join("")}</li>`;
    if (name === here) return `<li class="here">${escape(name)}</li>`;
    return `<li><details name="pages"><summary>${escape(name)}</summary><ul>${own.map(listed).join("")}</ul></details></li>`;
  });
  const beside = pages.filter(({group}) => group !== undefined && group === here);
  const siblings =
    beside.length > 0
      ? `<ul class="siblings" aria-label="Pages of ${escape(here!)}">${beside.map((page) => `<li>${link(page)}</li>`).join("")}</ul>`
      : "";
  return `<a class="skip" href="#content">Skip to the content</a>
<a class="brand" href="${up}">${escape(title)}</a>
<nav aria-label="Report"><ul class="groups">${entries.join("")}</ul>${siblings}</nav>
<span id="content" tabindex="-1"></span>
<noscript><p class="notice">What is missing here${page?.about === undefined ? "" : `: ${escape(page.about)}`}. Figures and tables need JavaScript, which is off. Verdicts stand on the first page; <code>npx assay verdict</code> and <code>npx assay runs</code> print the rest.</p></noscript>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
