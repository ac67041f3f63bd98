// The component in Node: the same glue and instance as in the browser and at the edge.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

export async function answer(built, requests) {
  const { Instance } = await import(pathToFileURL(path.resolve(built, "js/instance.js")));
  const code = await readFile(path.join(built, "js/spanlet.core.wasm"));
  const { MODELS, withBytes } = await import(pathToFileURL(path.resolve(built, "js/models.js")));
  const files = await Promise.all(MODELS.map(({ part }) => readFile(path.join(built, "www", part))));
  const module = await WebAssembly.compile(code);
  const instance = new Instance(module, withBytes(files));
  instance.start();
  return {
    sha256: createHash("sha256").update(code).digest("hex"),
    answers: requests.map((request) => instance.handle(request)),
  };
}
