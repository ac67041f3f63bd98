// What a JavaScript host answers for itself: node refusals.js BUILT, the folder with `js`, `www` and `worker` in it.
//
// After a trap the next request finds a new instance, in Node and in workerd; and workerd holds no body above its limit.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { openWorkerd } from "./hosts/workerd.js";

const [built] = process.argv.slice(2);
const MAX_BODY_BYTES = 8 << 20;

const work = await mkdtemp(path.join(os.tmpdir(), "spanlet-refusals-"));
try {
  await startsAnewAfterATrapInNode(path.join(work, "js"));
  await startsAnewAfterATrapInWorkerd(path.join(work, "worker"));
  await refusesLongBodiesInWorkerd();
  console.log("JavaScript hosts: 3 stories passed");
} finally {
  await rm(work, { recursive: true });
}

async function startsAnewAfterATrapInNode(folder) {
  await copyWithTrappingGlue(path.join(built, "js"), folder);
  await writeFile(path.join(folder, "package.json"), '{"type":"module"}');
  const { Instance } = await import(pathToFileURL(path.join(folder, "instance.js")));
  const module = await WebAssembly.compile(await readFile(path.join(folder, "spanlet.core.wasm")));
  const tags = await readFile(path.join(built, "www/tags.ftz"));
  const instance = new Instance(module, [{ name: "tags", parts: [{ name: "tags.ftz", bytes: tags }] }]);

  const before = instance.handle(hashtags("sourdough bread"));
  assert.equal(before.status, 200);
  assert.throws(() => instance.handle(hashtags("sourdough #trap")), WebAssembly.RuntimeError);
  assert.deepEqual(instance.handle(hashtags("sourdough bread")), before);
}

async function startsAnewAfterATrapInWorkerd(folder) {
  await copyWithTrappingGlue(path.join(built, "worker"), folder);
  const config = await readFile(path.join(folder, "config.capnp"), "utf8");
  const glue = '(name = "spanlet.js", esModule = embed "spanlet.js"),';
  assert.ok(config.includes(glue), "config.capnp names the glue");
  await writeFile(path.join(folder, "config.capnp"), config.replace(glue, glue + glue.replaceAll("spanlet", "component")));

  const workerd = await openWorkerd(folder);
  try {
    const before = await workerd.ask(hashtags("sourdough bread"));
    assert.equal(before.status, 200);
    assertProblem(await workerd.ask(hashtags("sourdough #trap")), 500, "host.trapped");
    assert.deepEqual(await workerd.ask(hashtags("sourdough bread")), before);
  } finally {
    workerd.close();
  }
}

async function refusesLongBodiesInWorkerd() {
  const workerd = await openWorkerd(path.join(built, "worker"));
  try {
    const body = (length) => ({ ...hashtags(""), body: Buffer.alloc(length, "a") });
    const refused = assertProblem(await workerd.ask(body(MAX_BODY_BYTES + 1)), 413, "body.too-large");
    assert.match(refused.detail, new RegExp(`\\b${MAX_BODY_BYTES} bytes`));
    assert.equal((await workerd.ask(hashtags("sourdough bread"))).status, 200);
  } finally {
    workerd.close();
  }
}

/** A copy of a host's folder in which the component's glue is component.js, behind the glue that traps. */
async function copyWithTrappingGlue(from, to) {
  await cp(from, to, { recursive: true });
  await rename(path.join(to, "spanlet.js"), path.join(to, "component.js"));
  await cp(new URL("./trapping-glue.js", import.meta.url), path.join(to, "spanlet.js"));
}

function hashtags(text) {
  const headers = [{ name: "content-type", value: "text/plain; charset=utf-8" }];
  return { method: "POST", path: "/v1/hashtags", query: "", headers, body: Buffer.from(text) };
}

function assertProblem({ status, headers, body }, expectedStatus, code) {
  const problem = JSON.parse(body);
  assert.deepEqual([status, problem.status, problem.code], [expectedStatus, expectedStatus, code]);
  assert.equal(headers.find(({ name }) => name === "content-type").value, "application/problem+json");
  assert.equal(headers.find(({ name }) => name === "access-control-allow-origin").value, "*");
  return problem;
}
