/** Packages that pages reach by Framework's implicit names (`Plot`, `d3`, `html`, `Inputs`) or by `npm:`. */
export const BUNDLED = ["htl", "isoformat", "d3", "d3-dsv", "@observablehq/plot", "apache-arrow"] as const;

/**
 * Names that Framework's client mentions, so that every build asks the registry for their version even when no
 * page uses them. An empty folder in the cache answers that question.
 */
export const MENTIONED = [
  "@duckdb/duckdb-wasm",
  "@observablehq/sample-datasets",
  "@viz-js/viz",
  "@uwdata/vgplot",
  "arquero",
  "echarts",
  "exceljs",
  "jszip",
  "katex",
  "leaflet",
  "lodash",
  "mapbox-gl",
  "mermaid",
  "parquet-wasm",
  "react",
  "react-dom",
  "sql.js",
  "topojson-client",
  "vega",
  "vega-lite",
  "vega-lite-api"
] as const;
