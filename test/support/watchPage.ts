import type {Page, Request} from "playwright-core";

const underWay = new WeakMap<Page, Set<Request>>();

/** Collects what must never happen on a page: errors, and requests to anywhere but `origin`. */
export function watchPage(page: Page, origin: string): string[] {
  const problems: string[] = [];
  const requests = new Set<Request>();
  underWay.set(page, requests);
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console error: ${message.text()}`);
  });
  page.on("request", (request) => {
    requests.add(request);
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.protocol !== "blob:" && url.origin !== origin)
      problems.push(`request elsewhere: ${url.href}`);
  });
  page.on("requestfinished", (request) => requests.delete(request));
  page.on("requestfailed", (request) => {
    requests.delete(request);
    problems.push(`request failed: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Waits until a watched page has nothing more to fetch or to draw: sooner than the half second of "networkidle". */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  for (let quiet = 0; quiet < 5;) {
    await redrawn(page);
    quiet = underWay.get(page)!.size === 0 ? quiet + 1 : 0;
  }
}

/** Waits until charts have been drawn for the page's width of now. */
export async function redrawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  );
}

/** Notes how far what was drawn has moved about, from the next page that is opened on. */
export async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const counted = window as unknown as {shift: number};
    counted.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {value: number; hadRecentInput: boolean}[])
        if (!entry.hadRecentInput) counted.shift += entry.value;
    }).observe({type: "layout-shift", buffered: true});
  });
}

/** The layout shift of a page on which shifts are counted. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as {shift: number}).shift);
}
