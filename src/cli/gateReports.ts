import {type GateResult, points} from "../decisions/index.js";
import type {CheckedRun} from "./check.js";

const escapeXml = (text: string) =>
  text
    .replace(/[<>&"]/g, (c) => ({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})[c]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�");

/** JUnit XML: one suite a run, one case a rule; an undecided rule is an error, since it neither passed nor failed. */
export function junit(checked: readonly CheckedRun[]): string {
  const suites = checked.map(({eval: name, split, results}) => {
    const cases = results.map((result) => {
      const {candidate, rule, status, message} = result;
      const inner =
        status === "pass"
          ? ""
          : status === "fail"
            ? `<failure message="${escapeXml(message)}"/>`
            : `<error message="${escapeXml(`undecided: ${foundText(result)}`)}"/>`;
      return `    <testcase classname="${escapeXml(`${name}.${split}`)}" name="${escapeXml(`${candidate}: ${rule}`)}">${inner}</testcase>`;
    });
    const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
    return `  <testsuite name="${escapeXml(`${name} (${split})`)}" tests="${results.length}" failures="${count("fail")}" errors="${count("undecided")}">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}

/** GitHub's annotations; line breaks and separators of the command are escaped as it asks. */
export function annotations(checked: readonly CheckedRun[]): string {
  const escape = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return checked
    .flatMap(({eval: name, split, results}) =>
      results
        .filter(({status}) => status !== "pass")
        .map(
          (result) =>
            `::${result.status === "fail" ? "error" : "warning"} title=Assay gate::${escape(`${name} (${split}), ${result.candidate}: ${result.rule}: ${foundText(result)}`)}`
        )
    )
    .join("\n");
}

/** A comment for a pull request. Three lines a run: the verdict, what changed, the gates; then the rules that did not pass. */
export function markdown(checked: readonly CheckedRun[]): string {
  const lines = checked.flatMap((one) => {
    const {eval: name, split, results, report} = one;
    return [
      `**${escape(name)}** (${escape(split)}): ${escape(report.verdict.sentence)}  `,
      `Changed: ${escape(changeText(one))}  `,
      `Gates: ${gatesText(results)}`,
      ...results
        .filter(({status}) => status !== "pass")
        .map(
          (result) =>
            `- ${result.status}: ${escape(result.candidate)}, ${escape(result.rule)}: ${escape(foundText(result))}`
        ),
      ""
    ];
  });
  return `### Assay\n\n${lines.join("\n")}`;
}

/**
 * Text as it is in a GitHub comment: no markup, no new line that could begin a block, nobody mentioned and no issue linked
 * (a backslash does not keep GitHub from doing either, a comment in between does).
 */
function escape(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|!]/g, "\\$&")
    .replace(/[@#]/g, "$&<!-- -->");
}

function gatesText(results: readonly GateResult[]): string {
  if (results.length === 0) return "none stated.";
  return `${results.filter(({status}) => status === "pass").length} of ${results.length} pass.`;
}

/** The best candidate's change, and the names of those that changed beyond chance. */
function changeText({change, report: {verdict}}: CheckedRun): string {
  if (!change) return "there is no earlier run to compare with.";
  const shared = change.candidates.filter(({difference}) => difference !== undefined);
  if (shared.length === 0) return `nothing in common with ${change.before}.`;
  const shown = shared.find(({candidate}) => candidate === verdict.best) ?? shared[0]!;
  const {candidate, before, after, difference, low, high, better, worse, rows} = shown;
  const sign = difference! > 0 ? "+" : "";
  const named = (status: string) => shared.filter((one) => one.status === status).map((one) => one.candidate);
  const beyond = [
    ...named("regressed").map((name) => `${name} regressed`),
    ...named("improved").map((name) => `${name} improved`)
  ];
  return `${candidate} ${points(before!)} → ${points(after!)} (${sign}${points(difference!)}, ${points(low!)} to ${points(high!)}) against ${change.before} on ${rows} rows, ${better.length} better and ${worse.length} worse; ${beyond.length > 0 ? `beyond chance: ${beyond.join(", ")}` : "no candidate changed beyond chance"}.`;
}

/** What was found, and for an undecided rule how many more rows would decide it. */
function foundText({message, rowsNeeded}: GateResult): string {
  return rowsNeeded === undefined
    ? message
    : `${message}; about ${rowsNeeded.toLocaleString("en-US")} more rows would decide it`;
}
