// The component in workerd: asked over HTTP on a port of the loopback interface that is free.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

/** What an HTTP server adds to an answer by itself. */
const ADDED = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);

export async function answer(built, requests) {
  const folder = path.join(built, "worker");
  const workerd = await openWorkerd(folder);
  try {
    const answers = [];
    for (const request of requests) {
      answers.push(await workerd.ask(request));
    }
    const code = await readFile(path.join(folder, "spanlet.core.wasm"));
    return { sha256: createHash("sha256").update(code).digest("hex"), answers };
  } finally {
    workerd.close();
  }
}

/** Starts workerd on a folder with a `config.capnp`. It is asked one request after another, over one connection. */
export async function openWorkerd(folder) {
  const workerd = spawn(executable(), ["serve", "config.capnp", "--socket-addr", "http=127.0.0.1:0", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const port = await listeningPort(workerd);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const close = () => {
      agent.destroy();
      workerd.kill();
    };
    return { ask: (request) => ask(agent, port, request), close };
  } catch (error) {
    workerd.kill();
    throw error;
  }
}

/** The npm package of this platform; there is one for Linux on x86-64 and one on arm64. */
function executable() {
  const architecture = process.arch === "arm64" ? "arm64" : "64";
  return createRequire(import.meta.url).resolve(`@cloudflare/workerd-linux-${architecture}/bin/workerd`);
}

/** workerd tells on its control channel, one JSON object a line, on which port it listens. */
function listeningPort(workerd) {
  return new Promise((resolve, reject) => {
    workerd.once("error", reject);
    workerd.once("exit", (code) => reject(new Error(`workerd ended with ${code} before it listened`)));
    let heard = "";
    workerd.stdio[3].on("data", (bytes) => {
      heard += bytes;
      const events = heard.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      const listening = events.find(({ event }) => event === "listen");
      if (listening !== undefined) {
        resolve(listening.port);
      }
    });
  });
}

function ask(agent, port, { method, path: pathname, query, headers, body }) {
  const options = {
    agent,
    host: "127.0.0.1",
    port,
    method,
    path: query === "" ? pathname : `${pathname}?${query}`,
    headers: ["host", `127.0.0.1:${port}`, ...headers.flatMap(({ name, value }) => [name, value])],
  };
  // Given a list of headers, Node adds none of its own.
  if (body.length > 0) {
    options.headers.push("content-length", String(body.length));
  }
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
        const values = response.rawHeaders.filter((_, index) => index % 2 === 1);
        const fields = names.map((name, index) => ({ name: name.toLowerCase(), value: values[index] }));
        const own = fields.filter(({ name }) => !ADDED.has(name));
        resolve({ status: response.statusCode, headers: own, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end(Buffer.from(body));
  });
}
