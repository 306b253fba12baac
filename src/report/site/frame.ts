export interface NavigationPage {
  name: string;
  /** Absolute within the site: "/candidates". */
  path: string;
  /** What a reader finds there, on the first page's list of pages; without it the page is not listed. */
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
});</script>`;

export const siteFooter = `<p>Every number can be traced to its rows, split, prompt, price and seed on the <a href="./runs.html">runs</a> page.</p>`;

/** The bar on top of every page: links are relative, so that the site works below any path. */
export function siteHeader(title: string, pages: readonly NavigationPage[], path: string): string {
  const up = "../".repeat(path.split("/").length - 2) || "./";
  const links = pages.map((page) => {
    const href = up + (page.path === "/index" ? "" : `${page.path.slice(1)}.html`);
    const current = page.path === path ? ` aria-current="page"` : "";
    const about = page.about === undefined ? "" : ` data-about="${escape(page.about)}"`;
    return `<li><a href="${escape(href)}"${current}${about}>${escape(page.name)}</a></li>`;
  });
  return `<a class="skip" href="#content">Skip to the content</a>
<a class="brand" href="${up}">${escape(title)}</a>
<nav aria-label="Report"><ul>${links.join("")}</ul></nav>
<span id="content" tabindex="-1"></span>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
