import * as Plot from "@observablehq/plot";
import {html} from "htl";
import * as components from "../../src/report/components/index.js";
import {archivedFiles} from "../../src/report/site/rowArchive.js";
import * as site from "../../src/report/site/index.js";
import type {RunView} from "../../src/report/site/types.js";
import type {Store} from "../../src/base/store/index.js";
import {JSDOM} from "../support/jsdom.js";

/** Names of a browser that components ask for. */
const GLOBALS = [
  "document",
  "location",
  "history",
  "localStorage",
  "sessionStorage",
  "getComputedStyle",
  "innerWidth",
  "HTMLElement",
  "Node",
  "NodeList",
  "HTMLCollection",
  "MutationObserver",
  "Event",
  "Text"
] as const;

/** Names that an example of a page may use: components, what a page has without an import, and `data`, what its files give. */
export async function pageNames(store: Store): Promise<Record<string, unknown>> {
  const {window} = new JSDOM("<!doctype html><main></main>", {url: "http://localhost/report/index"});
  Object.assign(globalThis, {
    ...Object.fromEntries(GLOBALS.map((name) => [name, window[name]])),
    window,
    // A page of a stated width, as wide as a reader's.
    matchMedia: () => ({matches: true}),
    requestAnimationFrame: (draw: () => void) => setTimeout(draw, 0),
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
    ResizeObserver: Resized,
    fetch: answers(store)
  });
  const data = await pageData(store);
  const named = (name: string) => data.verdicts.runs.find((run) => run.eval === name) as RunView;
  return {
    ...components,
    Plot,
    html,
    data,
    run: named("mail-triage"),
    judged: named("judged"),
    priced: named("priced"),
    race: data.races.races[0]
  };
}

/** jsdom lays nothing out: every box is 640 pixels wide, and seen at once. */
class Resized {
  constructor(private readonly seen: (entries: {contentRect: {width: number}}[]) => void) {}
  observe(): void {
    this.seen([{contentRect: {width: 640}}]);
  }
  disconnect(): void {}
}

async function pageData(store: Store) {
  const found = {
    costs: await site.costs(store),
    curves: await site.learningCurves(store),
    datasets: await site.datasets(store),
    distillations: await site.distillations(store),
    history: await site.history(store),
    lineage: await site.lineage(store),
    models: await site.models(store),
    races: await site.races(store),
    runs: await site.runs(store),
    splits: await site.splits(store),
    sql: await site.sqlEngine(process.cwd()),
    verdicts: await site.verdicts(store)
  };
  return JSON.parse(JSON.stringify(found)) as typeof found;
}

/** What a site's server answers: the files that its page loaders print, made once for each run. */
function answers(store: Store): (address: string) => Promise<Response> {
  const ofRuns = new Map<string, ReturnType<typeof archivedFiles>>();
  return async (address) => {
    const [kind, id = "", name] = address.replace("./data/", "").split("/").map(decodeURIComponent);
    if (kind === "races") return Response.json(await site.raceScores(store, id.replace(/\.json$/, "")));
    if (kind !== "rows") return new Response(undefined, {status: 404});
    if (!ofRuns.has(id)) ofRuns.set(id, archivedFiles(store, id));
    const file = (await ofRuns.get(id)!).find((one) => one.name === name);
    return new Response(file?.content as BodyInit | undefined, {status: file ? 200 : 404});
  };
}
