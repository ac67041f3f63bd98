// Answers the conformance requests on one JavaScript host: node answer.js HOST BUILT REQUESTS ANSWERS
//
// HOST is node, chromium or workerd; BUILT the folder with `js`, `www` and `worker` in it. REQUESTS is JSON Lines (see
// tests/cases/conformance/README.md). ANSWERS is written: first a line with the SHA-256 of the core module that ran,
// then one line per request with its status, headers and body in base64.

import { readFileSync, writeFileSync } from "node:fs";

const [host, built, requestsFile, answersFile] = process.argv.slice(2);
const { answer } = await import(`./hosts/${host}.js`);

const requests = lines(requestsFile).map(toRecord);
const { sha256, answers } = await answer(built, requests);
const records = [{ core_module_sha256: sha256 }, ...answers.map(toLine)];
writeFileSync(answersFile, records.map((record) => `${JSON.stringify(record)}\n`).join(""));

function lines(file) {
  return readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** A case's request as the contract's record, its body written out. */
function toRecord({ method, path, query, headers, body }) {
  const pieces = body.map(({ hex, text, times = 1 }) =>
    hex === undefined ? Buffer.from(text.repeat(times)) : Buffer.from(hex, "hex"),
  );
  const fields = headers.map(([name, value]) => ({ name, value }));
  return { method, path, query, headers: fields, body: new Uint8Array(Buffer.concat(pieces)) };
}

function toLine({ status, headers, body }) {
  const fields = headers.map(({ name, value }) => [name, value]);
  return { status, headers: fields, body: Buffer.from(body).toString("base64") };
}
