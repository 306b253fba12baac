import {CROISSANT_CONTEXT, type JsonLd} from "./croissant.js";
import {isObject} from "../../../base/validation/isObject.js";

const REQUIRED = ["name", "description", "license", "url", "creator", "datePublished", "distribution"];
const CONFORMS = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/1.1"];

/**
 * What in a Croissant document breaks the specification's rules, each with its place; empty when nothing does. Checks the
 * context, required properties, files and their checksums, and that every reference leads somewhere.
 */
export function checkCroissant(document: unknown): string[] {
  if (!isObject(document)) return ["the document is not a JSON object"];
  const problems: string[] = [];
  const say = (condition: unknown, problem: string) => {
    if (!condition) problems.push(problem);
  };
  const context = document["@context"];
  say(isObject(context), "@context is missing");
  if (isObject(context)) {
    for (const [term, meaning] of Object.entries(CROISSANT_CONTEXT))
      if (["@language", "@vocab", "rai", "prov"].includes(term)) continue;
      else
        say(
          sameMeaning(context[term], meaning),
          `@context does not define ${term} as the specification does`
        );
    say(/^https?:\/\/schema\.org\/$/.test(String(context["@vocab"])), "@context: @vocab must be schema.org");
  }
  say(["sc:Dataset", "Dataset"].includes(String(document["@type"])), "@type must be sc:Dataset");
  say(
    [document.conformsTo].flat().some((uri) => CONFORMS.includes(String(uri))),
    "conformsTo must name http://mlcommons.org/croissant/1.0 or 1.1"
  );
  for (const key of REQUIRED) say(present(document[key]), `${key} is missing`);
  say(
    document.datePublished === undefined || !Number.isNaN(Date.parse(String(document.datePublished))),
    "datePublished is not a date"
  );
  const files = objects(document.distribution);
  const ids = new Set<string>();
  const identify = (node: JsonLd, where: string) => {
    const id = node["@id"];
    if (typeof id !== "string") problems.push(`${where} has no @id`);
    else if (ids.has(id)) problems.push(`@id ${id} is used twice`);
    else ids.add(id);
  };
  for (const [i, file] of files.entries()) {
    const where = `distribution ${i + 1}`;
    identify(file, where);
    const type = String(file["@type"]).replace(/^cr:/, "");
    say(["FileObject", "FileSet"].includes(type), `${where}: @type must be cr:FileObject or cr:FileSet`);
    say(present(file.encodingFormat), `${where}: encodingFormat is missing`);
    if (type === "FileSet") say(present(file.includes), `${where}: includes is missing`);
    if (type !== "FileObject") continue;
    say(present(file.contentUrl) || present(file.containedIn), `${where}: contentUrl is missing`);
    if (file.containedIn === undefined)
      say(
        /^[0-9a-f]{64}$/.test(String(file.sha256)) || /^[0-9a-f]{32}$/.test(String(file.md5)),
        `${where}: sha256 (64 hex digits) is missing`
      );
  }
  const fields: {where: string; field: JsonLd}[] = [];
  const gather = (of: readonly JsonLd[], where: string) => {
    for (const [i, field] of of.entries()) {
      const at = `${where} field ${i + 1}`;
      identify(field, at);
      fields.push({where: at, field});
      gather(objects(field.subField), at);
    }
  };
  const sets = objects(document.recordSet);
  for (const [i, set] of sets.entries()) {
    const where = `recordSet ${i + 1}`;
    identify(set, where);
    say(/^(cr:)?RecordSet$/.test(String(set["@type"])), `${where}: @type must be cr:RecordSet`);
    say(objects(set.field).length > 0, `${where}: field is missing`);
    gather(objects(set.field), where);
  }
  for (const {where, field} of fields) {
    say(/^(cr:)?Field$/.test(String(field["@type"])), `${where}: @type must be cr:Field`);
    say(present(field.dataType) || present(field.subField), `${where}: dataType is missing`);
    const {source} = field;
    const inline = sets.some((set) => present(set.data) && objects(set.field).includes(field));
    if (!isObject(source)) {
      say(inline || present(field.subField) || present(field.value), `${where}: source is missing`);
      continue;
    }
    const from = source.fileObject ?? source.fileSet ?? source.recordSet ?? source.field;
    say(leads(from, ids), `${where}: its source leads to no file or record set`);
    if (source.fileObject ?? source.fileSet) {
      const ways = isObject(source.extract) ? ["column", "jsonPath", "fileProperty"] : [];
      const extract = source.extract as JsonLd;
      say(
        ways.filter((way) => present(extract[way])).length === 1,
        `${where}: extract needs one of column, jsonPath, fileProperty`
      );
    }
    if (field.references !== undefined) {
      const to = isObject(field.references) ? (field.references.field ?? field.references) : undefined;
      say(leads(to, ids), `${where}: references leads nowhere`);
    }
    if (field.isArray === true) say(present(field.arrayShape), `${where}: an array needs arrayShape`);
  }
  for (const set of sets)
    for (const key of [set.key].flat().filter((one) => one !== undefined))
      say(leads(key, ids), `recordSet ${String(set["@id"])}: key leads to no field`);
  return problems;
}

function sameMeaning(found: unknown, wanted: unknown): boolean {
  const plain = (value: unknown) =>
    isObject(value)
      ? JSON.stringify([value["@id"], value["@type"]])
      : String(value).replace(/^https:/, "http:");
  return plain(found) === plain(wanted);
}

function leads(to: unknown, ids: ReadonlySet<string>): boolean {
  const id = isObject(to) ? to["@id"] : to;
  return typeof id === "string" && ids.has(id);
}

function present(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
}

function objects(value: unknown): JsonLd[] {
  return [value].flat().filter(isObject);
}
