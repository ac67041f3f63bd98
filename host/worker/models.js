// The default models of every JavaScript host, in the order in which they are loaded. The third default model, `ner`, is
// not among them: no visitor should download its 24 MB unasked, and an edge worker's memory is small.

/** Each is one file that lies beside this one. */
export const MODELS = [
  { name: "tags", part: "tags.ftz" },
  { name: "en", part: "en.tar.gz" },
];

/** The first of several models that can do a task answers where none is named. */
export const OPTIONS = { default_for: "unclaimed" };

/** The default models as `Instance` takes them, given their files' bytes in the order of the table. */
export function withBytes(files) {
  return MODELS.map(({ name, part }, index) => ({ name, parts: [{ name: part, bytes: files[index] }], options: OPTIONS }));
}
