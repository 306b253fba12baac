import {gzipSync} from "node:zlib";
import type {Browser, CDPSession, Page} from "playwright-core";
import {countShifts, layoutShift, settled, watchPage} from "../../support/watchPage.js";

export interface PageFigures {
  requests: number;
  compressedKb: number;
  /** Until the verdict or the page's first table stands there, in ms of wall time. */
  visibleMs: number;
  /** Of the page's process until it was settled. */
  cpuMs: number;
  heapMb: number;
  layoutShift: number;
}

/** What lies between reader and server. */
export interface Network {
  latencyMs: number;
  megabits: number;
}

/** Opens a page and measures what it takes until `selector` is there and nothing more is loaded. */
export async function measurePage(
  browser: Browser,
  url: string,
  selector: string,
  network?: Network
): Promise<{figures: PageFigures; page: Page; session: CDPSession}> {
  const page = await browser.newPage({viewport: {width: 1200, height: 900}});
  watchPage(page, new URL(url).origin);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  if (network) {
    const throughput = (network.megabits * 1e6) / 8;
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: network.latencyMs,
      downloadThroughput: throughput,
      uploadThroughput: throughput
    });
  }
  const bodies: Promise<number>[] = [];
  page.on("response", (response) =>
    bodies.push(
      response
        .body()
        .then((body) => gzipSync(body).length)
        .catch(() => 0)
    )
  );
  await countShifts(page);
  const started = performance.now();
  await page.goto(url);
  await page.locator(selector).first().waitFor({timeout: 120_000});
  const visibleMs = performance.now() - started;
  await settled(page);
  const sizes = await Promise.all(bodies);
  const metrics = await metricsOf(session);
  return {
    page,
    session,
    figures: {
      requests: sizes.length,
      compressedKb: sizes.reduce((sum, size) => sum + size, 0) / 1000,
      visibleMs,
      cpuMs: 1000 * metrics.TaskDuration!,
      heapMb: metrics.JSHeapUsedSize! / 1e6,
      layoutShift: await layoutShift(page)
    }
  };
}

/** Processor time in ms that a change of the page takes until it is drawn. */
export async function cpuOf(page: Page, session: CDPSession, change: () => Promise<void>): Promise<number> {
  const before = (await metricsOf(session)).TaskDuration!;
  await change();
  await settled(page);
  return 1000 * ((await metricsOf(session)).TaskDuration! - before);
}

async function metricsOf(session: CDPSession): Promise<Record<string, number>> {
  const {metrics} = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({name, value}) => [name, value]));
}
