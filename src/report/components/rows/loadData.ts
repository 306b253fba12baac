/**
 * A file that a page loader printed and that no page names beforehand. Throws `missing`, a sentence for the reader, when it is not part
 * of the site.
 */
export async function loadData(file: string, missing: string): Promise<Response> {
  const path = `data/${file}`;
  // A built site has the file beside its pages; the preview server keeps loader outputs below "_file".
  let response = await fetch(`./${path}`);
  if (!response.ok) response = await fetch(`./_file/${path}`);
  if (!response.ok) throw new Error(missing);
  return response;
}
