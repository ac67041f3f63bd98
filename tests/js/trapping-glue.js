// Glue that stands before the component's own, which lies beside it as component.js: an instance that is asked about
// #trap stops, and answers nothing from then on, as after a trap of its own.

import { instantiate as instantiateComponent } from "./component.js";

export function instantiate(...parameters) {
  const component = instantiateComponent(...parameters);
  let trapped = false;
  const handle = (request) => {
    trapped ||= new TextDecoder().decode(request.body).includes("#trap");
    if (trapped) {
      throw new WebAssembly.RuntimeError("unreachable");
    }
    return component.http.handle(request);
  };
  return { ...component, http: { ...component.http, handle } };
}
