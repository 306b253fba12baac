import {textWidth} from "../../../../src/report/components/text/textWidth.js";
import {JSDOM} from "../../../support/jsdom.js";

/** A document for components; figures are drawn at once, `width` pixels wide. */
export function useDocument(width: () => number): void {
  const {window} = new JSDOM("<main></main>", {url: "http://localhost/"});
  const {document, Node, NodeList, HTMLCollection, location, history, Event} = window;
  window.SVGElement.prototype.getBoundingClientRect = function (this: Element) {
    return boxOf(this);
  };
  class Observer {
    readonly #seen: (entries: {contentRect: {width: number}}[]) => void;
    constructor(seen: (entries: {contentRect: {width: number}}[]) => void) {
      this.#seen = seen;
    }
    observe(): void {
      this.#seen([{contentRect: {width: width()}}]);
    }
  }
  Object.assign(globalThis, {document, Node, NodeList, HTMLCollection, location, history, Event});
  Object.assign(globalThis, {
    window,
    innerWidth: 1280,
    ResizeObserver: Observer,
    addEventListener: () => undefined
  });
}

/** Pixels from a picture's left edge to both ends of one of its texts, which nothing lays out here. */
export function endsOf(text: Element): [left: number, right: number] {
  let x = Number(text.getAttribute("x") ?? 0) + Number(text.getAttribute("dx") ?? 0);
  let anchor: string | null = null;
  for (let node: Element | null = text; node && node.tagName !== "DIV"; node = node.parentElement) {
    x += Number(/^translate\(([-\d.]+)/.exec(node.getAttribute("transform") ?? "")?.[1] ?? 0);
    anchor ??= node.getAttribute("text-anchor");
  }
  const width = textWidth(textOf(text));
  const left = anchor === "end" ? x - width : anchor === "start" ? x : x - width / 2;
  return [left, left + width];
}

function boxOf(node: Element): DOMRect {
  const [left, right] = node.tagName === "text" ? endsOf(node) : [0, Number(node.getAttribute("width") ?? 0)];
  return {left, right, width: right - left} as DOMRect;
}

function textOf(text: Element): string {
  const copy = text.cloneNode(true) as Element;
  for (const title of copy.querySelectorAll("title")) title.remove();
  return copy.textContent ?? "";
}

/** Components' content as an element. */
export function shownIn(content: unknown): HTMLElement {
  const box = document.createElement("div");
  const parts = [content].flat(Infinity as 1) as (Node | string | null)[];
  box.append(...parts.filter((part) => part !== null));
  return box;
}

/** Texts of a picture as they are read, without their titles. */
export function written(box: Element): string[] {
  return [...box.querySelectorAll("svg text")].map(textOf);
}

export function titles(box: Element): string[] {
  return [...box.querySelectorAll("svg text title")].map((title) => title.textContent ?? "");
}
