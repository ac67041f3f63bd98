// The component at the edge: a module worker for workerd that turns a `fetch` into the contract's records and back.

import module from "./spanlet.core.wasm";
import en from "./en.tar.gz";
import tags from "./tags.ftz";
import { Instance } from "./instance.js";
import { withBytes } from "./models.js";

/** A body above this is refused before it is held whole; the component's own limit is lower and settable. */
const MAX_BODY_BYTES = 8 << 20;

/** Statuses that may carry no body; `Response` refuses one even when it is empty. */
const BODILESS = new Set([101, 204, 205, 304]);

const instance = new Instance(module, withBytes([tags, en].map((file) => new Uint8Array(file))));

export default {
  async fetch(request) {
    const body = await readBody(request.body);
    if (body === undefined) {
      const detail = `expected a body of at most ${MAX_BODY_BYTES} bytes, found more`;
      return problem(413, "Content Too Large", "body.too-large", detail);
    }
    try {
      return toResponse(instance.handle(toRecord(request, body)));
    } catch (error) {
      console.error(error);
      return problem(500, "Internal Server Error", "host.trapped", "the component stopped while it answered");
    }
  },
};

function toRecord({ method, url, headers }, body) {
  const { pathname, search } = new URL(url);
  const fields = Array.from(headers, ([name, value]) => ({ name, value }));
  return { method, path: pathname, query: search.slice(1), headers: fields, body };
}

function toResponse({ status, headers, body }) {
  const fields = headers.map(({ name, value }) => [name, value]);
  return new Response(BODILESS.has(status) ? null : body, { status, headers: fields });
}

/** The whole body, or nothing when it is longer than the limit. */
async function readBody(stream) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** An RFC 9457 problem, in the form in which the component writes its own. */
function problem(status, title, code, detail) {
  const headers = {
    "content-type": "application/problem+json",
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "retry-after",
    "cache-control": "no-store",
  };
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail, code }), { status, headers });
}
