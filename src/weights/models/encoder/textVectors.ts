import {readFile} from "node:fs/promises";
import {openCheckpoint, readTensorRows} from "../../safetensors/index.js";
import {UserError} from "../../../base/validation/index.js";
import {type EncoderFiles, miniLmFiles} from "./weights.js";
import {sharedWordPiece} from "./wordPiece.js";

export interface TextVectors {
  dimensions: number;
  /** One row of `dimensions` numbers for each text, of length 1; all zeros for a text without words. */
  data: Float32Array;
}

const TABLE = "embeddings.word_embeddings.weight";

/** Tokens read of each text, and the characters in which they are looked for. */
const TOKENS = 256;
const CHARACTERS = 4000;

/** Arora, Liang and Ma (2017): a token of frequency p weighs a / (a + p). */
const SMOOTHING = 1e-3;

/** The mean of fewer texts than this is mostly the texts themselves, and is left in. */
const LEAST_FOR_MEAN = 100;

/**
 * One vector for each text from the sentence encoder's token table alone, thousands a second: the mean of its tokens'
 * vectors, rare tokens weighing more (smooth inverse frequency over these texts), less the mean of all texts, so that
 * what they all have in common makes none alike. Texts compare within one call only. Null is a text without words.
 * Memory: 4 bytes × `dimensions` a text. Throws a UserError when the encoder's weights are not installed.
 */
export async function textVectors(
  texts: AsyncIterable<string | null> | Iterable<string | null>,
  files?: EncoderFiles
): Promise<TextVectors> {
  const {weightsPath, tokenizerPath} = files ?? (await miniLmFiles());
  const tensor = (await openCheckpoint(weightsPath)).tensors.get(TABLE);
  if (!tensor) throw new UserError(`${weightsPath} has no tensor ${TABLE}.`);
  const [vocabulary = 0, dimensions = 0] = tensor.shape;
  const tokenizer = sharedWordPiece(await readFile(tokenizerPath, "utf8"));
  const counts = new Float64Array(vocabulary);
  const tokens: Int32Array[] = [];
  let read = 0;
  for await (const text of texts) {
    const ids = Int32Array.from(text ? tokenizer.encode(text.slice(0, CHARACTERS)).slice(0, TOKENS) : []);
    for (const id of ids) counts[id]!++;
    read += ids.length;
    tokens.push(ids);
  }
  const used = [...counts.keys()].filter((id) => counts[id]);
  const table = await readTensorRows(tensor, used);
  const rowOf = new Int32Array(vocabulary);
  used.forEach((id, row) => (rowOf[id] = row));
  const weights = counts.map((count) => SMOOTHING / (SMOOTHING + count / read));
  const data = new Float32Array(tokens.length * dimensions);
  tokens.forEach((ids, row) => {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions);
    for (const id of ids)
      for (let d = 0, at = rowOf[id]! * dimensions; d < dimensions; d++, at++)
        vector[d]! += weights[id]! * table[at]!;
    toUnit(vector);
  });
  if (tokens.length >= LEAST_FOR_MEAN) removeMean(data, dimensions);
  return {dimensions, data};
}

function removeMean(data: Float32Array, dimensions: number): void {
  const mean = new Float64Array(dimensions);
  const rows = data.length / dimensions;
  let seen = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * dimensions;
    if (isZero(data, at, dimensions)) continue;
    seen++;
    for (let d = 0; d < dimensions; d++) mean[d]! += data[at + d]!;
  }
  for (let row = 0; row < rows; row++) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions);
    if (isZero(vector, 0, dimensions)) continue;
    for (let d = 0; d < dimensions; d++) vector[d]! -= mean[d]! / seen;
    toUnit(vector);
  }
}

function isZero(data: Float32Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i++) if (data[i] !== 0) return false;
  return true;
}

function toUnit(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares);
  if (norm > 0) for (let d = 0; d < vector.length; d++) vector[d]! /= norm;
}
