/** "Candidates, the best first" as "candidates-the-best-first", for files and addresses. */
export function plainName(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return words.slice(0, 60) || "assay";
}
