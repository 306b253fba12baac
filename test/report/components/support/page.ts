import {afterAll, beforeAll, vi} from "vitest";
import {JSDOM} from "../../../support/jsdom.js";

/** What a page's parts use of a browser. */
const GLOBALS = [
  "document",
  "Node",
  "NodeList",
  "HTMLCollection",
  "location",
  "history",
  "addEventListener",
  "removeEventListener"
] as const;

/** Gives the tests of a file a page without layout: plots draw nothing there. */
export function onPage(): void {
  beforeAll(() => {
    const {window} = new JSDOM("", {url: "http://report/"});
    for (const name of GLOBALS) {
      const own: unknown = window[name];
      vi.stubGlobal(name, name.endsWith("Listener") ? (own as () => void).bind(window) : own);
    }
    vi.stubGlobal("innerWidth", 1280);
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
      }
    );
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });
}

/** The text of what a part shows, white space as one space. */
export function textOf(shown: unknown): string {
  return (shown as Node).textContent!.replace(/\s+/g, " ").trim();
}
