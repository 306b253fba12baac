import {parentPort, workerData} from "node:worker_threads";
import {allRecognizers, scanText} from "../../src/privacy/index.js";

/** Scans its texts again and again for the time given, and says how many bytes that were. */
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
for (const text of texts.slice(0, 50)) scan(text);
const start = performance.now();
let bytes = 0;
let scanned = 0;
while (performance.now() - start < seconds * 1000) {
  const index = scanned++ % texts.length;
  scan(texts[index]!);
  bytes += sizes[index]!;
}
parentPort!.postMessage({bytes, scanned, seconds: (performance.now() - start) / 1000});
