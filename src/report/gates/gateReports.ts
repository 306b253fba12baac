import {
  formatEstimate,
  type GateResult,
  type Risk,
  writerOf,
  type GateStatus,
  overall
} from "../../evals/decisions/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import type {CheckedRun} from "./checkEvals.js";
import {placeText, type UnrunGate, unrunText} from "./gatesWithoutRun.js";

/** The results that a report of gates contains. */
export interface GateChecks {
  checked: readonly CheckedRun[];
  /** Evals that state a gate and have no run. */
  unrun?: readonly UnrunGate[];
  /** Files of evals that could not be loaded, and may state gates. */
  broken?: readonly {path: string; message: string}[];
  /** Names of the evals whose undecided gates are a warning. */
  warning?: ReadonlySet<string>;
}

const escapeXml = (text: string) =>
  text
    .replace(/[<>&"]/g, (c) => ({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})[c]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�");

/**
 * JUnit XML: one suite per run, one case per rule. Undecided rules, gates without a run and evals that cannot be loaded are
 * errors: they neither passed nor failed. Those that are a warning are skipped.
 */
export function gatesAsJunit({checked, unrun = [], broken = [], warning}: GateChecks): string {
  const open = (name: string) => (warning?.has(name) ? "skipped" : "error");
  const erring = (name: string, what: string, message: string, as = "error") =>
    `  <testsuite name="${escapeXml(name)}" tests="1" failures="0" errors="${as === "error" ? 1 : 0}">\n    <testcase classname="${escapeXml(name)}" name="${what}"><${as} message="${escapeXml(message)}"/></testcase>\n  </testsuite>`;
  const missing = [
    ...broken.map(({path, message}) => erring(path, "an eval that can be loaded", message)),
    ...unrun.map((one) =>
      erring(one.eval + placeText(one), "a run to check", `undecided: ${unrunText(one)}`, open(one.eval))
    )
  ];
  const suites = checked.map(({results, ...one}) => {
    const {eval: name, split} = one;
    const cases = results.map((result) => {
      const {candidate, rule, status, message} = result;
      const inner =
        status === "pass"
          ? ""
          : status === "fail"
            ? `<failure message="${escapeXml(message)}"/>`
            : `<${open(name)} message="${escapeXml(`undecided: ${foundText(result)}`)}"/>`;
      return `    <testcase classname="${escapeXml(`${name}.${split}`)}" name="${escapeXml(`${candidate}: ${rule}`)}">${inner}</testcase>`;
    });
    const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
    return `  <testsuite name="${escapeXml(name + placeText(one))}" tests="${results.length}" failures="${count("fail")}" errors="${open(name) === "error" ? count("undecided") : 0}">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${[...suites, ...missing].join("\n")}\n</testsuites>\n`;
}

/** GitHub's annotations, at the eval's file; line breaks and separators of the command are escaped as it asks. */
export function gatesAsAnnotations({checked, unrun = [], broken = []}: GateChecks): string {
  const escape = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string) => escape(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const line = (kind: "error" | "warning", path: string, text: string) =>
    `::${kind} file=${property(path)},title=Assay gate::${escape(text)}`;
  return [
    ...checked.flatMap(({results, path, ...one}) =>
      notPassed(results).map((result) =>
        line(
          result.status === "fail" ? "error" : "warning",
          path,
          `${one.eval}${placeText(one)}, ${result.candidate}: ${result.rule}: ${foundText(result)}`
        )
      )
    ),
    ...broken.map(({path, message}) => line("error", path, message)),
    ...unrun.map((one) => line("warning", one.path, `${one.eval}${placeText(one)}: ${unrunText(one)}`))
  ].join("\n");
}

/**
 * A comment for a pull request. Its heading counts the gates and the evals that could not be loaded. Each run has a few lines:
 * action, verdict, risks, changes, gates, and the rules that did not pass, failures first.
 */
export function gatesAsMarkdown({checked, unrun = [], broken = []}: GateChecks): string {
  const lines = checked.flatMap((one) => {
    const {eval: name, split, results, report} = one;
    return [
      `**${markdownText(name)}** (${markdownText(split)}): ${markdownText(report.verdict.action)}  `,
      ...(report.verdict.sentence === report.verdict.action
        ? []
        : [`Verdict: ${markdownText(report.verdict.sentence)}  `]),
      ...(one.otherMargin === undefined ? [] : [`Margin: ${markdownText(one.otherMargin)}  `]),
      ...(one.otherDefinition === undefined ? [] : [`Definition: ${markdownText(one.otherDefinition)}  `]),
      ...shownRisks(report.verdict.risks).map(({sentence}) => `Risk: ${markdownText(sentence)}  `),
      `Changed: ${markdownText(runChangeText(one))}  `,
      `Gates: ${passedText(results)}`,
      ...notPassed(results).map(
        (result) =>
          `- **${result.status}**: ${markdownText(result.candidate)}, ${markdownText(result.rule)}: ${markdownText(foundText(result))}`
      ),
      ""
    ];
  });
  const missing = unrun.flatMap((one) => [
    `**${markdownText(one.eval)}**${markdownText(placeText(one))}: ${markdownText(unrunText(one))}`,
    ""
  ]);
  const unloaded = broken.map(({path, message}) =>
    [`**${markdownText(path)}** cannot be loaded: ${markdownText(withoutPath(message, path))}`, ""].join("\n")
  );
  const heading = [
    broken.length > 0 ? `${broken.length} ${broken.length === 1 ? "eval" : "evals"} cannot be loaded` : "",
    standingText({checked, unrun}, broken.length > 0)
  ].filter(Boolean);
  return `### Assay: ${heading.join(", ")}\n\n${[...unloaded, ...lines, ...missing].join("\n")}`;
}

const ALWAYS_SHOWN: readonly Risk["kind"][] = ["selection", "answers", "answerer", "scorers"];

/** The worst risk, and the kinds that a change of the project often causes. */
function shownRisks(risks: readonly Risk[]): Risk[] {
  return risks.filter(({kind, moves}, i) => i === 0 || (ALWAYS_SHOWN.includes(kind) && moves !== 0));
}

/** The message of a file begins with its path. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}

/** "2 of 9 gates fail, 4 are undecided": what a reader needs when the comment is folded. */
function standingText({checked, unrun = []}: GateChecks, isPart: boolean): string {
  const results = checked.flatMap((one) => one.results);
  const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
  const [failed, undecided, all] = [
    count("fail"),
    count("undecided") + unrun.length,
    results.length + unrun.length
  ];
  if (all === 0) return isPart ? "" : "no gate is stated";
  if (all === 1) return failed ? "the gate fails" : undecided ? "the gate is undecided" : "the gate passes";
  const parts = [
    failed > 0 ? `${failed} of ${all} gates ${failed === 1 ? "fails" : "fail"}` : "",
    undecided > 0 ? `${undecided}${failed > 0 ? "" : ` of ${all} gates`} undecided` : ""
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(", ");
  return isPart ? `${all} gates pass` : `all ${all} gates pass`;
}

function notPassed(results: readonly GateResult[]): GateResult[] {
  const of = (wanted: string) => results.filter(({status}) => status === wanted);
  return [...of("fail"), ...of("undecided")];
}

/**
 * Plain text for a GitHub comment, without markup, line breaks, mentions and issue links. A comment behind "@" and "#" prevents
 * these links; a backslash does not.
 */
function markdownText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|!]/g, "\\$&")
    .replace(/[@#]/g, "$&<!-- -->");
}

function passedText(results: readonly GateResult[]): string {
  if (results.length === 0) return "none stated.";
  return `${results.filter(({status}) => status === "pass").length} of ${results.length} pass.`;
}

/** The best candidate's change, the names of those that changed beyond chance, and what else is not the same. */
function runChangeText({change, report: {verdict}}: CheckedRun): string {
  if (!change) return "there is no earlier run to compare with.";
  const shared = change.candidates.filter(({difference}) => difference !== undefined);
  if (shared.length === 0) return `nothing in common with ${change.before}.`;
  const shown = shared.find(({candidate}) => candidate === verdict.best) ?? shared[0]!;
  const {candidate, before, after, difference, low, high, better, worse, rows} = shown;
  const {number} = writerOf(verdict.scale);
  const sign = difference! > 0 ? "+" : "";
  const named = (status: string) => shared.filter((one) => one.status === status).map((one) => one.candidate);
  const beyond = [
    ...named("regressed").map((name) => `${name} ${change.sameScorer ? "regressed" : "scored lower"}`),
    ...named("improved").map((name) => `${name} ${change.sameScorer ? "improved" : "scored higher"}`)
  ];
  const differs = change.differs.length > 0 ? `; not the same: ${change.differs.join(", ")}` : "";
  return `${candidate} ${number(before!)} → ${number(after!)} (${sign}${number(difference!)}, ${number(low!)} to ${number(high!)}) against ${change.before} on ${rows} rows, ${better.length} better and ${worse.length} worse; ${beyond.length > 0 ? `beyond chance: ${beyond.join(", ")}` : "no candidate changed beyond chance"}${differs}.`;
}

/** What was found, and for an undecided rule how many more rows would decide it. */
function foundText({message, rowsNeeded}: GateResult): string {
  return rowsNeeded === undefined
    ? message
    : `${message}; about ${formatEstimate(rowsNeeded)} more ${rowsNeeded === 1 ? "row" : "rows"} would decide it`;
}

/** Names of the evals whose undecided gates are a warning. */
export function warningEvals(evals: readonly NamedEval[]): ReadonlySet<string> {
  return new Set(evals.filter(({definition}) => definition.undecided === "warn").map(({name}) => name));
}

/** What all gates come to, those without a run too; undecided ones of `warning` evals do not count. */
export function gatesStatus(
  checked: readonly CheckedRun[],
  unrun: readonly UnrunGate[],
  warning: ReadonlySet<string>
): GateStatus {
  const counted = checked.flatMap(({eval: name, results}) =>
    warning.has(name) ? results.filter(({status}) => status !== "undecided") : results
  );
  const status = overall(counted);
  return status === "pass" && unrun.some((one) => !warning.has(one.eval)) ? "undecided" : status;
}
