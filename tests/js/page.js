// Uses the page as a person would: node page.js URL FOLDER, where URL is `spanlet serve` and FOLDER takes screenshots.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { openBrowser } from "./browser.js";

const [url, folder] = process.argv.slice(2);
const PATIENCE_MS = 30_000;

/** A custom NER as an archive, and a pipeline as spaCy saves one: a folder with folders in it. */
const ARCHIVE = fileURLToPath(new URL("../cases/spacy/brands.tar.gz", import.meta.url));
const FOLDER = fileURLToPath(new URL("../cases/spacy/sentencizer", import.meta.url));

const browser = await openBrowser();
try {
  await recommendsAsOneTypes();
  await asksAModelThatOneBrings();
  await saysWhatFailed();
  await saysWhichTextStoppedIt();
  console.log("the page: 4 stories passed");
} finally {
  await browser.close();
}

async function recommendsAsOneTypes() {
  const context = await browser.newContext({ viewport: { width: 900, height: 900 } });
  const page = await context.newPage();
  const { troubles, origins } = watch(page);
  await page.goto(url);

  // The example text is answered before anyone types.
  const example = await page.getByLabel("Your text").inputValue();
  await showsWhatTheServerAnswers(page, example);
  await page.screenshot({ path: path.join(folder, "page-light.png"), fullPage: true });

  // Typed quickly, the last text is the one whose hashtags stay.
  const typed = "How long can I keep cooked chicken and rice in the fridge? #rice";
  await page.getByLabel("Your text").fill("");
  await page.getByLabel("Your text").pressSequentially(typed, { delay: 5 });
  await showsWhatTheServerAnswers(page, typed);
  assert.deepEqual(await page.locator("#used li").allTextContents(), ["#rice"]);

  // A label that is pressed joins the text and is then among those already used.
  const [first] = await labels(page);
  await page.locator("#recommended button").first().click();
  const extended = `${typed} #${first}`;
  assert.equal(await page.getByLabel("Your text").inputValue(), extended);
  await showsWhatTheServerAnswers(page, extended);

  // Markup in a text stays text.
  const markup = "<img src=x onerror=alert(1)> #bread";
  await page.getByLabel("Your text").fill(markup);
  await showsWhatTheServerAnswers(page, markup);

  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: path.join(folder, "page-dark.png"), fullPage: true });
  assert.deepEqual(troubles, []);
  assert.deepEqual([...origins], [new URL(url).origin]);
  await context.close();
}

async function asksAModelThatOneBrings() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { troubles, origins } = watch(page);
  await page.goto(url);
  const text = page.getByLabel("Your text");
  const file = page.getByLabel("Load a file");
  await text.fill("🍞 STARBUCKS Vancouver <b>");

  // Chosen with the input, dropped, and dropped once more in the place of itself.
  const marked = "🍞 STARBUCKSBRD Vancouver <b>";
  await file.setInputFiles(ARCHIVE);
  await shows(page, "#entities", marked);
  assert.equal(await page.locator("#phrases-card").isVisible(), false, "it has no noun chunks");
  await drop(page, "second.tar.gz", await readFile(ARCHIVE));
  await shows(page, "#documents-model option:checked", "second");
  await page.getByLabel("For entities and key phrases").selectOption("brands");
  await shows(page, "#entities", marked);

  // What cannot be loaded says so, and the models before it still answer.
  await drop(page, "broken.zip", Buffer.from("PK\x03\x04 and nothing more"));
  await page.locator("#status.failed").waitFor({ timeout: PATIENCE_MS });
  assert.match(await page.locator("#status").textContent(), /“broken” could not be loaded/);
  await text.fill("starbucks and STARBUCKS");
  await page.locator("#status:not(.failed)").waitFor({ timeout: PATIENCE_MS });

  // A folder, as it was saved; it finds no entities, so the other is still asked for them.
  await page.getByLabel("Load a folder").setInputFiles(FOLDER);
  await page.locator("#model", { hasText: "sentencizer" }).waitFor({ timeout: PATIENCE_MS });
  assert.equal(await page.locator("#documents-model").inputValue(), "brands");
  assert.deepEqual(troubles, []);
  assert.deepEqual([...origins], [new URL(url).origin]);
  await context.close();
}

/** Drops a file on the page as a person's hand would. */
async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(
    ({ name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name));
      return transfer;
    },
    { name, base64: bytes.toString("base64") },
  );
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}

async function shows(page, selector, expected) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = (await page.locator(selector).allTextContents()).join("|");
    if (found === expected) {
      return;
    }
    assert.ok(Date.now() < deadline, `${selector}: expected ${expected}, found ${found}`);
    await page.waitForTimeout(50);
  }
}

async function saysWhatFailed() {
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const [file, sentence] of [
    ["tags.ftz", /tags\.ftz.*503/],
    ["en.tar.gz", /en\.tar\.gz.*503/],
    ["models.js", /models\.js/],
    ["spanlet.core.wasm", /spanlet\.core\.wasm.*503/],
    ["instance.js", /instance\.js/],
    ["worker.js", /worker could not be started/],
    ["page.js", /page could not be started.*page\.js/],
    ["page_bg.wasm", /page could not be started/],
  ]) {
    await context.route(`**/${file}`, (route) => route.fulfill({ status: 503 }));
    await page.goto(url);
    await page.locator("#status.failed").waitFor({ timeout: PATIENCE_MS });
    assert.match(await page.locator("#status").textContent(), sentence);
    assert.equal(await page.locator("#progress").isVisible(), false);
    await context.unroute(`**/${file}`);
  }
  await context.close();
}

async function saysWhichTextStoppedIt() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const glue = await (await fetch(new URL("/spanlet.js", url))).text();
  const trapping = await readFile(new URL("./trapping-glue.js", import.meta.url), "utf8");
  const contentType = "text/javascript";
  await context.route("**/component.js", (route) => route.fulfill({ contentType, body: glue }));
  await context.route("**/spanlet.js", (route) => route.fulfill({ contentType, body: trapping }));
  await page.goto(url);
  const text = page.getByLabel("Your text");
  await text.fill("sourdough #trap");
  await page.locator("#status.failed").waitFor({ timeout: PATIENCE_MS });
  assert.match(await page.locator("#status").textContent(), /stopped on this text/);
  // The next text finds a new instance.
  await text.fill("sourdough bread");
  await showsWhatTheServerAnswers(page, "sourdough bread");
  await context.close();
}

/** The page runs the component itself; the server's own answer to the same text must be what it shows. */
async function showsWhatTheServerAnswers(page, text) {
  const response = await fetch(new URL("/v1/hashtags?k=5", url), {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: text,
  });
  const { already_used: used, recommended } = await response.json();
  const expected = { used, labels: recommended.map(({ label }) => label) };
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = { used: await shownAsUsed(page), labels: await labels(page) };
    if (JSON.stringify(found) === JSON.stringify(expected)) {
      break;
    }
    assert.ok(Date.now() < deadline, `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
    await page.waitForTimeout(50);
  }
  await showsDocumentsLikeTheServer(page, text);
  const shares = await page.locator("#recommended .score").allTextContents();
  assert.deepEqual(shares, recommended.map(({ score }) => `${(Math.min(score, 1) * 100).toFixed(1)} %`));
}

/** Entities and key phrases, where the server has a model for them, as the page has then. */
async function showsDocumentsLikeTheServer(page, text) {
  const { models } = await (await fetch(new URL("/v1/models", url))).json();
  for (const [task, card, shown, read] of [
    ["entities", "#entities-card", "#entities mark", (ents) => ents.map(({ text, label }) => text + label)],
    ["keyphrases", "#phrases-card", "#phrases .label", ({ phrases }) => phrases.slice(0, 10).map(({ text }) => text)],
  ]) {
    const isThere = models.some(({ tasks }) => tasks.includes(task));
    assert.equal(await page.locator(card).isVisible(), isThere, card);
    if (isThere) {
      const headers = { "content-type": "text/plain; charset=utf-8" };
      const response = await fetch(new URL(`/v1/${task}`, url), { method: "POST", headers, body: text });
      assert.deepEqual(await page.locator(shown).allTextContents(), read(await response.json()), task);
    }
  }
}

async function shownAsUsed(page) {
  const items = await page.locator("#used li:not(.none)").allTextContents();
  return items.map((item) => item.slice(1));
}

function labels(page) {
  return page.locator("#recommended button").evaluateAll((buttons) => buttons.map(({ dataset }) => dataset.label));
}

/** Collects errors, among them what the content security policy stopped, and where the page fetches from. */
function watch(page) {
  const troubles = [];
  const origins = new Set();
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) {
      origins.add(new URL(request.url()).origin);
    }
  });
  return { troubles, origins };
}
