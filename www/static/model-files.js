// A person's own model, out of a file, a folder or what is dropped on the page.
//
// What comes out is {name, files: [{name, file: File}]}: the model's name in the contract's alphabet, and its parts with
// their paths below the model's folder. Nothing is read here; the worker does that.

/** Calls `chosen` with every model that is dropped on the page or chosen with one of the inputs. */
export function listen(inputs, chosen) {
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      document.body.classList.remove("dropping");
    }
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const files = await dropped(event.dataTransfer);
    if (files.length > 0) {
      chosen(model(files));
    }
  });
  for (const input of inputs) {
    const take = () => {
      const files = Array.from(input.files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
      input.value = "";
      if (files.length > 0) {
        chosen(model(files));
      }
    };
    input.addEventListener("change", take);
    // A person may have been quicker than this module.
    take();
  }
}

/** A dropped item is a file or a folder; the transfer is only readable until the event ends, so take all at once. */
async function dropped({ items }) {
  const taken = Array.from(items)
    .filter(({ kind }) => kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files = await Promise.all(taken.filter(Boolean).map(walk));
  return files.flat();
}

async function walk(entry) {
  if (entry instanceof File) {
    return [{ path: entry.name, file: entry }];
  }
  if (entry.isFile) {
    const file = await new Promise((found, failed) => entry.file(found, failed));
    return [{ path: entry.fullPath.slice(1), file }];
  }
  const reader = entry.createReader();
  const files = [];
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const entries = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (entries.length === 0) {
      return files;
    }
    files.push(...(await Promise.all(entries.map(walk))).flat());
  }
}

function model(files) {
  const [top] = files[0].path.split("/");
  // Everything below one folder: its name is the model's and no part of the paths.
  const isFolder = files.every(({ path }) => path.startsWith(`${top}/`));
  const inner = (path) => (isFolder ? path.slice(top.length + 1) : path);
  const stem = isFolder ? top : top.replace(/\.(tar\.gz|tgz|zip|whl|ftz|bin)$/i, "");
  const name = stem.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64);
  const parts = files.map(({ path, file }) => ({ name: inner(path), file }));
  return { name: name || "model", files: parts.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
