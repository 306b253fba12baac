import js from "@eslint/js";
import {defineConfig} from "eslint/config";
import tseslint from "typescript-eslint";
import {namesFromData} from "./scripts/lint/namesFromData.js";

export default defineConfig(
  {ignores: ["node_modules", "lib", "dist", ".assay", "pages/.observablehq", "test/fixtures", "test/**/out"]},
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: {parserOptions: {lib: [], projectService: {allowDefaultProject: ["*.js"]}}},
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", {checksVoidReturn: false}],
      "@typescript-eslint/consistent-type-imports": ["error", {fixStyle: "inline-type-imports"}],
      "@typescript-eslint/no-import-type-side-effects": "error",
      // The compiler's noUnusedLocals and noUnusedParameters.
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/unified-signatures": "off",
      "@typescript-eslint/max-params": ["error", {max: 5}],
      "no-control-regex": "off",
      "no-restricted-syntax": [
        "error",
        ...[
          'ObjectExpression > SpreadElement > ConditionalExpression[alternate.type="ObjectExpression"][alternate.properties.length=0]',
          'ObjectExpression > SpreadElement > ConditionalExpression[consequent.type="ObjectExpression"][consequent.properties.length=0]',
          'ObjectExpression > SpreadElement > LogicalExpression[operator="&&"][right.type="ObjectExpression"]'
        ].map((selector) => ({
          selector,
          message:
            "Write the member itself: `x`, or `x: known ? value : undefined`. JSON leaves undefined out, and so do the types."
        }))
      ],
      eqeqeq: ["error", "always", {null: "ignore"}]
    }
  },
  {
    files: ["test/**"],
    ignores: ["test/support/property.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {name: "fast-check", message: "Import test/support/property.js, which fixes the seed."}
      ]
    }
  },
  {
    files: ["src/**"],
    // The text of these is their version.
    ignores: ["src/weights/**", "src/evals/scorers/**", "src/data/privacy/recognizers/**"],
    plugins: {assay: {rules: {"names-from-data": namesFromData}}},
    rules: {"assay/names-from-data": "error"}
  },
  {files: ["src/evals/runner/**"], rules: {"max-lines-per-function": ["error", 85]}},
  {
    files: ["**/*.js"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      parserOptions: {projectService: false},
      globals: {process: "readonly", console: "readonly", performance: "readonly"}
    }
  },
  {files: ["**/*.js"], rules: {"no-unused-vars": "error"}}
);
