import {classificationReport, cohenKappa, corpusFigure} from "../../../src/base/stats/index.js";
import {classification} from "../../../src/evals/scorers/index.js";
import {expectedOf, type Figure, type Path, type PublishedAt, type Reader} from "../figure.js";
import {filesWhere, has, type Item, jsonFiles, type JsonObject, stemOf} from "../item.js";
import {correctRows, throughRunner} from "../throughRunner.js";
import {casesIn} from "./cases.js";

const truths =
  /^((y_|gold_?)?(true|truth)|gold|actual|expected|target|(gold|true|actual|expected|target)_?(label|intent|class)s?|label|intent)$/i;
const predictions = /^(y_pred|pred(icted|ictions?)?)(_?(label|intent|class)s?)?$/i;
/** What a row of no class is labelled. */
const outside = /^(oos|ood|out[_ -]of[_ -](scope|domain)|none_of_the_above)$/i;

interface Labelled {
  title: string;
  truth: string[];
  predicted: string[];
  at: (field: RegExp) => PublishedAt;
}

/**
 * Labels and predictions, a row each in a table or JSONL or two lists in JSON ("y_true", "y_pred"), with accuracy, means of
 * precision, recall and F1, MCC and, of intents, recall in and out of scope.
 */
export const labelledPredictions: Reader = {
  kind: "labels and predictions",
  matches: (item) => tables(item).length + vectorFiles(item).length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    for (const one of [...tables(item).map((file) => tableOf(item, file)), ...vectors(item)])
      figures.push(...(await figuresOf(one)));
    return figures;
  },
  vectors: {files: vectorFiles, inputs: new RegExp(`(^|/)(y_true|y_pred)(/|$)`)}
};

/** Other readers know these. */
function isOthers(first: JsonObject): boolean {
  return has(first, "user_query", "gold_label", "prediction") || has(first, "input", "prediction", "target");
}

function columnsOf(value: JsonObject): [string, string] | undefined {
  const find = (name: RegExp) => Object.keys(value).find((key) => name.test(key));
  const [truth, predicted] = [find(truths), find(predictions)];
  return truth !== undefined && predicted !== undefined ? [truth, predicted] : undefined;
}

function tables(item: Item): string[] {
  return filesWhere(item, (first) => {
    const columns = columnsOf(first);
    return (
      columns !== undefined &&
      !isOthers(first) &&
      columns.every((name) => /string|number/.test(typeof first[name]))
    );
  });
}

function tableOf(item: Item, file: string): Labelled {
  const records = item.records(file);
  const [truth, predicted] = columnsOf(records[0]!)!;
  const texts = (name: string) => records.map((record) => String(record[name] ?? ""));
  return {
    title: stemOf(file),
    truth: texts(truth),
    predicted: texts(predicted),
    at: (field) => expectedOf(file, field)
  };
}

function isCase(value: JsonObject): boolean {
  const columns = columnsOf(value);
  if (!columns) return false;
  const [truth, predicted] = columns.map((name) => value[name]);
  return (
    Array.isArray(truth) && Array.isArray(predicted) && truth.length === predicted.length && truth.length > 0
  );
}

function vectors(item: Item): Labelled[] {
  return vectorFiles(item).flatMap((file) =>
    casesIn(item.json(file), isCase).map(({path, value}) => {
      const [truth, predicted] = columnsOf(value)!.map((name) => (value[name] as unknown[]).map(String));
      const at = (field: RegExp): PublishedAt => ({
        file,
        path: [...path, field],
        or: [[...path, /^(expected|metrics|published)$/, field]] as Path[]
      });
      return {
        title: path.length > 0 ? path.join(" ") : stemOf(file),
        truth: truth!,
        predicted: predicted!,
        at
      };
    })
  );
}

async function figuresOf({title, truth, predicted, at}: Labelled): Promise<Figure[]> {
  const rows = truth.map((expected, i) => ({id: String(i), prompt: "", expected}));
  const outputs = {model: new Map(predicted.map((label, i) => [String(i), label]))};
  const correct = correctRows((await throughRunner(rows, outputs, classification())).model!);
  const report = classificationReport(truth, predicted)!;
  const isOutside = (label: string) => outside.test(label);
  const inScope = truth.flatMap((label, i) => (isOutside(label) ? [] : [Number(label === predicted[i])]));
  const oos = report.classes.find(({label}) => isOutside(label));
  const share = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const recalls = report.classes.flatMap(({recall}) => (recall === undefined ? [] : [recall]));
  const mcc = corpusFigure(
    {figure: "mcc"},
    truth.map((label, i) => [label, predicted[i]!])
  );
  const figure = (name: string, field: RegExp, ours: number | undefined): Figure => ({
    name: `${title}: ${name}`,
    ours,
    published: at(field),
    tolerance: 1e-9,
    printed: 0.005
  });
  return [
    figure("rows", /^(n|rows|support)$/i, truth.length),
    figure("correct", /^(n_?)?correct$/i, correct),
    figure("accuracy", /^(accuracy|acc|micro_?f1|f1_?micro)$/i, correct / truth.length),
    figure("accuracy, %", /^acc(uracy)?_(pct|percent)$/i, (100 * correct) / truth.length),
    figure("balanced accuracy", /^balanced_?acc(uracy)?$/i, share(recalls)),
    figure("macro precision", /^(macro_?(precision|p)|precision_?macro)$/i, report.macroPrecision),
    figure("macro recall", /^(macro_?(recall|r)|recall_?macro)$/i, report.macroRecall),
    figure("macro F1", /^(macro_?f1|f1_?macro)$/i, report.macroF1),
    figure("weighted precision", /^(weighted_?precision|precision_?weighted)$/i, report.weightedPrecision),
    figure("weighted recall", /^(weighted_?recall|recall_?weighted)$/i, report.weightedRecall),
    figure("weighted F1", /^(weighted_?f1|f1_?weighted)$/i, report.weightedF1),
    figure("MCC", /^(mcc|matthews(_corrcoef)?)$/i, mcc),
    figure("Cohen's kappa", /^(cohens?_?)?kappa(_score)?$/i, cohenKappa(truth, predicted)?.kappa),
    figure("accuracy in scope", /^in[_-]?scope_?acc(uracy)?$/i, share(inScope)),
    figure("recall out of scope", /^(oos|out_of_scope)_?recall$/i, oos?.recall),
    figure("precision out of scope", /^(oos|out_of_scope)_?precision$/i, oos?.precision),
    figure("F1 out of scope", /^(oos|out_of_scope)_?f1$/i, oos?.f1)
  ];
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
