import type {ModelReference} from "./types.js";

/** Reads PATH[@REVISION][+ADAPTER[@REVISION]]. Gives a complaint instead when there are too many "@" or "+". */
export function parseReference(text: string): ModelReference | string {
  const parts = text.split("+");
  if (parts.length > 2) return `${JSON.stringify(text)} has more than one "+"; write MODEL+ADAPTER`;
  const parsed = parts.map((part) => part.split("@"));
  if (parsed.some((part) => part.length > 2))
    return `${JSON.stringify(text)} has more than one "@" in a part; write PATH@REVISION`;
  if (parsed.some(([path]) => path === "")) return `${JSON.stringify(text)} has an empty path`;
  const [model, adapter] = parsed.map(([path, revision]) => ({
    path: path!,
    revision
  }));
  return adapter ? {...model!, adapter} : model!;
}

/** The reference as one string: equal strings mean the same model. */
export function referenceText({path, revision, adapter}: ModelReference): string {
  const at = (name: string, version?: string) => (version === undefined ? name : `${name}@${version}`);
  return at(path, revision) + (adapter ? `+${at(adapter.path, adapter.revision)}` : "");
}
