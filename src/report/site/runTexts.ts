import {maskText, openKeptMasks} from "../../data/privacy/index.js";
import type {Publishing, RunManifest, Store} from "../../base/store/index.js";
import type {ShownText} from "./detailTypes.js";
import {publishedClasses, publishedExpected} from "./publisher.js";
import {publishingOf} from "./publishing.js";
import {type ShownReasons, shownReasons} from "./shownReasons.js";

const LONGEST_MASKED = 800;
const LONGEST_OPEN = 8000;

/** A run's texts as its eval and its dataset let pages show them. */
export interface RunTexts {
  publish: Publishing;
  /** Masked and cut unless they say otherwise; undefined where texts are not published. Labels always stand as they are. */
  show(text: string | null): ShownText | undefined;
  reasons: ShownReasons;
  /** Keeps what was masked in the store, by its content: no build masks it again. */
  save(): Promise<void>;
}

export async function runTexts(store: Store, run: RunManifest): Promise<RunTexts> {
  const publish = await publishingOf(store, run);
  const expected = await store.rows<{expected: string | null}>(
    "select expected from items where run = $run order by position",
    {run: run.id}
  );
  const labels = publishedClasses(expected.map((row) => publishedExpected(row.expected)));
  const kept = await openKeptMasks<ShownText>(store.workspace, "masked-texts");
  const masked = (text: string): ShownText =>
    kept.of(text, LONGEST_MASKED, (own, maxChars) => {
      const {text: clean, cut} = maskText(own, maxChars);
      return {text: clean, cut: cut || undefined};
    });
  return {
    publish,
    show(text) {
      if (text === null) return undefined;
      if (labels.has(text)) return {text};
      if (publish === "ids") return undefined;
      if (publish === "masked") return masked(text);
      return text.length <= LONGEST_OPEN ? {text} : {text: text.slice(0, LONGEST_OPEN), cut: true};
    },
    reasons: shownReasons(publish, (reason) => masked(reason).text.replace(/\s+/g, " ").trim()),
    save: () => kept.save()
  };
}
