import {memberOf} from "../../../base/validation/memberOf.js";
import type {SplitManifest, VersionManifest} from "../../../base/store/index.js";

export interface CroissantFacts {
  version: VersionManifest;
  /** SHA-256 of rows.parquet. */
  sha256: string;
  /** Where the dataset is published. */
  url: string;
  creator: string;
  /** Of which the parts are described. */
  split?: SplitManifest;
}

export type JsonLd = {[key: string]: unknown};

/** Terms of the 1.1 vocabulary that are written without their prefix. */
const TERMS = [
  "arrayShape",
  "citeAs",
  "column",
  "containedIn",
  "equivalentProperty",
  "excludes",
  "extract",
  "field",
  "fileObject",
  "fileProperty",
  "fileSet",
  "format",
  "includes",
  "isArray",
  "isLiveDataset",
  "jsonPath",
  "key",
  "md5",
  "parentField",
  "path",
  "readLines",
  "recordSet",
  "references",
  "regex",
  "repeated",
  "replace",
  "samplingRate",
  "sdVersion",
  "separator",
  "source",
  "subField",
  "transform",
  "unArchive",
  "value"
];

export const CROISSANT_CONTEXT: JsonLd = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  sc: "https://schema.org/",
  cr: "http://mlcommons.org/croissant/",
  rai: "http://mlcommons.org/croissant/RAI/",
  dct: "http://purl.org/dc/terms/",
  prov: "http://www.w3.org/ns/prov#",
  conformsTo: "dct:conformsTo",
  data: {"@id": "cr:data", "@type": "@json"},
  examples: {"@id": "cr:examples", "@type": "@json"},
  dataType: {"@id": "cr:dataType", "@type": "@vocab"},
  ...Object.fromEntries(TERMS.map((term) => [term, `cr:${term}`]))
};

const TYPES: [RegExp, string][] = [
  [/^BOOLEAN$/, "sc:Boolean"],
  [/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/, "sc:Integer"],
  [/^(DOUBLE|FLOAT|DECIMAL.*)$/, "sc:Float"],
  [/^DATE$/, "sc:Date"],
  [/^TIMESTAMP/, "sc:DateTime"]
];

/** Croissant 1.1 metadata of a version: its Parquet file, its columns, and the parts of a split when one is given. */
export function croissant({version, sha256, url, creator, split}: CroissantFacts): JsonLd {
  const parts = split ? Object.keys(split.counts) : [];
  return {
    "@context": CROISSANT_CONTEXT,
    "@type": "sc:Dataset",
    conformsTo: "http://mlcommons.org/croissant/1.1",
    name: version.dataset,
    description: version.description ?? `Dataset ${version.dataset}, version ${version.id}.`,
    license: version.licence || undefined,
    url,
    creator: {"@type": "sc:Person", name: creator},
    datePublished: version.pulledAt,
    version: version.id,
    isLiveDataset: false,
    "prov:wasDerivedFrom": version.parent ? {"@id": `${version.dataset}@${version.parent}`} : undefined,
    distribution: [
      {
        "@type": "cr:FileObject",
        "@id": "rows.parquet",
        name: "rows.parquet",
        contentUrl: "rows.parquet",
        contentSize: `${version.bytes} B`,
        encodingFormat: "application/vnd.apache.parquet",
        sha256
      }
    ],
    recordSet: [
      ...(parts.length > 0 ? [splitSet(parts)] : []),
      {
        "@type": "cr:RecordSet",
        "@id": "rows",
        name: "rows",
        key: {"@id": "rows/row_id"},
        field: version.columns.map(({name, type}) => fieldOf(name, type))
      }
    ]
  };
}

function fieldOf(name: string, type: string): JsonLd {
  const isArray = type.endsWith("[]");
  const inner = isArray ? type.slice(0, -2) : type;
  return {
    "@type": "cr:Field",
    "@id": `rows/${name}`,
    name,
    dataType: TYPES.find(([pattern]) => pattern.test(inner))?.[1] ?? "sc:Text",
    isArray: isArray ? true : undefined,
    arrayShape: isArray ? "-1" : undefined,
    source: {fileObject: {"@id": "rows.parquet"}, extract: {column: name}}
  };
}

const SPLITS: Record<string, string> = {
  train: "cr:TrainingSplit",
  validation: "cr:ValidationSplit",
  test: "cr:TestSplit"
};

function splitSet(parts: readonly string[]): JsonLd {
  const field = (name: string, dataType: string) => ({
    "@type": "cr:Field",
    "@id": `parts/${name}`,
    name,
    dataType
  });
  return {
    "@type": "cr:RecordSet",
    "@id": "parts",
    name: "parts",
    dataType: "cr:Split",
    key: {"@id": "parts/name"},
    field: [field("name", "sc:Text"), field("url", "sc:URL")],
    data: parts.map((part) => ({
      "parts/name": part,
      // The held-out part is a test that is opened once; the vocabulary has no word of its own for it.
      "parts/url": memberOf(SPLITS, part) ?? "cr:TestSplit"
    }))
  };
}
