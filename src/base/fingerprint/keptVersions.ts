/**
 * Versions of modules whose text changed and whose results did not: the version that the text has now, and the one that it
 * keeps. Written by `npm run versions -- --keep`, and valid for the packages of the lock file.
 */
export const KEPT_VERSIONS: ReadonlyMap<string, string> = new Map<string, string>([
  [
    "46f972a94c11f5c9d390dcba131b138e185b6e971061e8193252498262a0f177",
    "bdec49102e3024fec24888e3a169239e0be9b257b9bbe25ca60d73b2ddf99050"
  ], // finetunes/encoderHead
  [
    "0b4a1431950b5a2a6185833cc0ce16a56be307d8b67d81cb2bfc5768d9dcc748",
    "1642558f29f6303fa3718f4830463fc9ad7cdac8253121db88c5a505cff00b6d"
  ], // finetunes/jointNgram
  [
    "10b1abf47ecde7b34c2fa91f32f6443c78908f3e1ef035d187e73225f26f0eaf",
    "417ba53249224e76724f5fbf770d42fd45a66a1fb7b4302b8b5b4523e264254b"
  ], // finetunes/majorityClassifier
  [
    "b8473687183100aba2948cd9c69e6eee523b1d70688507beefdce6b1f02b1ffa",
    "5ac7c0297a09d7155b029e217cac8ff68f718b1a7c12eccc4138d64b01044977"
  ], // finetunes/staticEmbedding
  [
    "ecc893fcc8e83054b667b878f9438e3cf9bcaf38d6d9669a99280009debb43bb",
    "f251acb5d23db75197c7b8e49d12b8d9d94d7d54d274cd6e52aef7dc77663a4c"
  ] // finetunes/tfidfLogReg
]);
