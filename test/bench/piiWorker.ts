import {parentPort, workerData} from "node:worker_threads";
import {allRecognizers, scanText} from "../../src/data/privacy/index.js";

/** Warms up, says so, and when told scans its texts again and again for the time given. */
const {texts, name, seconds} = workerData as {texts: string[]; name: string; seconds: number};
const layers: Record<string, () => (text: string) => unknown> = {
  checksum: () => {
    const recognizers = allRecognizers.filter((each) => each.layer === "patterns" && each.name !== "phone");
    return (text) => scanText(text, {recognizers});
  },
  patterns: () => (text) => scanText(text, {layers: ["patterns"]}),
  secrets: () => (text) => scanText(text, {layers: ["secrets"]}),
  names: () => (text) => scanText(text, {layers: ["names"]})
};
const scan = layers[name]!();
const sizes = texts.map((text) => Buffer.byteLength(text));
let scanned = 0;
function scanFor(milliseconds: number): number {
  const start = performance.now();
  let bytes = 0;
  while (performance.now() - start < milliseconds) {
    const index = scanned++ % texts.length;
    scan(texts[index]!);
    bytes += sizes[index]!;
  }
  return bytes;
}
scanFor(1000);
parentPort!.once("message", () => {
  scanned = 0;
  const start = performance.now();
  const bytes = scanFor(seconds * 1000);
  parentPort!.postMessage({bytes, scanned, seconds: (performance.now() - start) / 1000});
});
parentPort!.postMessage("ready");
