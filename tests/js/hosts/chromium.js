// The component in Chromium: asked through the very Web Worker that the page uses.

import { openBrowser } from "../browser.js";
import { serveFolder } from "../folder-server.js";
import path from "node:path";

export async function answer(built, requests) {
  const server = await serveFolder(path.join(built, "www"));
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const plain = requests.map((request) => ({ ...request, body: Buffer.from(request.body).toString("base64") }));
    const { sha256, answers } = await page.evaluate(askWorker, plain);
    return { sha256, answers: answers.map((answer) => ({ ...answer, body: Buffer.from(answer.body, "base64") })) };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Runs inside the page, so it names nothing from this file. */
async function askWorker(requests) {
  const decode = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const encode = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const code = await (await fetch("./spanlet.core.wasm")).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", code));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");

  const worker = new Worker("./worker.js", { type: "module" });
  const answers = await new Promise((resolve, reject) => {
    const received = [];
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data: { failed, trapped, answer } }) => {
      const trouble = failed ?? trapped;
      if (trouble !== undefined) {
        reject(new Error(trouble.message));
      }
      if (answer !== undefined) {
        const [response] = answer.responses;
        received[answer.id] = { ...response, body: encode(response.body) };
        // Answers come in the order of the questions.
        if (answer.id === requests.length - 1) {
          resolve(received);
        }
      }
    };
    // Posted before the worker is ready, as an impatient page does.
    const ask = (request, id) => ({ ask: { id, requests: [{ ...request, body: decode(request.body) }] } });
    requests.forEach((request, id) => worker.postMessage(ask(request, id)));
  });
  worker.terminate();
  return { sha256, answers };
}
