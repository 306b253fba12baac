import type {PreviewAddress} from "./previewProxy.js";
import {frameworkEsbuild} from "../../../report/site/seedNpmCache.js";

/** A module of a package, as the preview names it. */
export const isPackageModule = (path: string) => /^\/_node\/.+\.js$/.test(path);

/**
 * A package's module with all modules of packages that it imports, in one file: the preview would answer each by itself, 30 of them
 * for D3 alone. Kept by its address, which states the package's version.
 */
export function previewModules({host, port}: PreviewAddress): (path: string) => Promise<string> {
  const from = `http://${host}:${port}`;
  const kept = new Map<string, Promise<string>>();
  const bundled = async (path: string) => {
    const {outputFiles} = await frameworkEsbuild().build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
      legalComments: "none",
      logLevel: "silent",
      plugins: [
        {
          name: "preview",
          setup(build) {
            build.onResolve({filter: /.*/}, ({path: wanted, importer}) => {
              const {pathname, search} = new URL(wanted, new URL(importer || "/", from));
              const whole = pathname + search;
              return isPackageModule(pathname)
                ? {path: whole, namespace: "preview", sideEffects: false}
                : {path: whole, external: true};
            });
            build.onLoad({filter: /.*/, namespace: "preview"}, async ({path: whole}) => {
              const answer = await fetch(from + whole);
              if (!answer.ok) throw new Error(`${whole}: ${answer.status}`);
              return {contents: await answer.text(), loader: "js"};
            });
          }
        }
      ]
    });
    return outputFiles[0]!.text;
  };
  return (path) => {
    const known = kept.get(path) ?? bundled(path);
    kept.set(path, known);
    known.catch(() => kept.delete(path));
    return known;
  };
}

const PRELOADED = /<link rel="modulepreload" href="[^"]*\/_node\/[^"]*">\n?/g;

/** A page that asks for no module which another one brings, and that shows the news. */
export function previewPage(html: string): string {
  const news = '<script type="module" src="/_assay/news.js"></script>';
  return html.replace(PRELOADED, "").replace(/<\/head>|$/, (end) => news + end);
}
