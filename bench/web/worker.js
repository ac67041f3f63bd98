// onnxruntime-web behind the benchmark's worker protocol (`official/protocol.py`): `node worker.js MODEL TEXTS`. WebAssembly
// with SIMD, one thread.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as ort from "onnxruntime-web/wasm";

const [model, file] = process.argv.slice(2);
const { labels, cases } = JSON.parse(readFileSync(file, "utf8"));
const OPTIONS = { executionProviders: ["wasm"] };

ort.env.wasm.numThreads = 1;

function started() {
  return { cpu: process.cpuUsage(), wall: performance.now() };
}

function spent(since) {
  const { user, system } = process.cpuUsage(since.cpu);
  return { cpu_s: (user + system) / 1e6, wall_s: (performance.now() - since.wall) / 1e3 };
}

async function logits(session, texts) {
  const shape = [texts.length, texts[0].ids.length];
  const tensor = (values) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
  const ids = texts.flatMap((text) => text.ids);
  const feeds = {
    input_ids: () => tensor(ids),
    attention_mask: () => tensor(ids.map(() => 1)),
    token_type_ids: () => tensor(ids.map(() => 0)),
  };
  const given = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]()]));
  return (await session.run(given)).logits.data;
}

/** For every piece that is of the text a line with its place and likeliest label, and how likely that is. */
function readable(texts, values) {
  const row = (place) => values.subarray(place * labels.length, (place + 1) * labels.length);
  return texts.map(({ offsets, special }, text) =>
    offsets
      .map(([start, end], piece) => {
        const scores = row(text * offsets.length + piece);
        const best = scores.indexOf(Math.max(...scores));
        const sum = scores.reduce((sum, score) => sum + Math.exp(score - scores[best]), 0);
        return [`${start} ${end} ${labels[best]}`, 1 / sum];
      })
      .filter((_, piece) => !special[piece]),
  );
}

function reply(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

let session;
reply({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, passes] = line.split(" ");
  const since = started();
  if (command === "load") {
    session = await ort.InferenceSession.create(readFileSync(model), OPTIONS);
    const loaded = spent(since);
    await logits(session, Object.values(cases)[0]);
    reply({ ...spent(since), model: loaded });
  } else {
    const texts = cases[command];
    let values;
    for (let pass = 0; pass < Number(passes); pass++) {
      values = await logits(session, texts);
    }
    const time = spent(since);
    reply({ ...time, answers: readable(texts, values) });
  }
}
// What onnxruntime has started does not end by itself.
process.exit(0);
