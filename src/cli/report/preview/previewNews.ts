import type {ServerResponse} from "node:http";
import type {RunUnderWay} from "../../../evals/runner/index.js";

/** What a page of the preview says beside the report: what an edit asks for, and the runs that are being made. */
export interface News {
  /** Of the last edit, in the terminal's words; empty when there is nothing to do. */
  told: string;
  runs: readonly RunUnderWay[];
}

export interface PreviewNews {
  /** Takes what has changed, and sends it to every open page. */
  tell(change: Partial<News>): void;
  /** Keeps an answer open for what is told from now on. */
  open(answer: ServerResponse): void;
  /** Ends all open answers. */
  close(): void;
}

export function previewNews(): PreviewNews {
  let news: News = {told: "", runs: []};
  const open = new Set<ServerResponse>();
  const send = (answer: ServerResponse) => answer.write(`data: ${JSON.stringify(news)}\n\n`);
  return {
    tell(change) {
      const next = {...news, ...change};
      if (JSON.stringify(next) === JSON.stringify(news)) return;
      news = next;
      open.forEach(send);
    },
    open(answer) {
      answer.writeHead(200, {"content-type": "text/event-stream", "cache-control": "no-store"});
      open.add(answer.once("close", () => open.delete(answer)));
      send(answer);
    },
    close() {
      for (const answer of open) answer.end();
    }
  };
}

/** Shows the news in a corner of the page. Runs in a browser. */
export const NEWS_SCRIPT = `const box = document.createElement("aside");
box.setAttribute("aria-label", "News of this project");
box.style.cssText = "position:fixed;right:1rem;bottom:1rem;z-index:9;max-width:min(46rem,calc(100vw - 2rem));max-height:45vh;overflow:auto;padding:.75rem 1rem;border:1px solid var(--strong-line);border-radius:8px;background:var(--surface);color:var(--text);font:13px/1.5 system-ui,sans-serif;box-shadow:0 4px 16px #0003";
box.hidden = true;
document.body.append(box);
const add = (name, text) => box.append(Object.assign(document.createElement(name), {textContent: text}));
let closed = "";
new EventSource("/_assay/news").onmessage = ({data}) => {
  const {told, runs} = JSON.parse(data);
  box.replaceChildren();
  for (const {eval: name, ended, planned, newest} of runs) {
    add("strong", name + " runs: " + ended.toLocaleString("en") + (planned ? " of " + planned.toLocaleString("en") : "") + " calls ended");
    const bar = document.createElement("progress");
    if (planned) Object.assign(bar, {max: planned, value: ended});
    bar.setAttribute("aria-label", "Calls ended");
    bar.style.cssText = "display:block;width:100%";
    box.append(bar);
    for (const {row, candidate, failed, ms} of newest)
      add("div", "row " + row + ", " + candidate + ": " + (failed ?? "answered" + (ms ? " in " + Math.round(ms) + " ms" : "")));
  }
  if (told !== "" && told !== closed && runs.length === 0) {
    const words = document.createElement("pre");
    words.style.cssText = "margin:0 0 .5rem;white-space:pre-wrap";
    words.textContent = told;
    const close = Object.assign(document.createElement("button"), {type: "button", textContent: "Close"});
    close.onclick = () => { closed = told; box.hidden = true; };
    box.append(words, close);
  }
  box.hidden = box.childElementCount === 0;
};
`;
