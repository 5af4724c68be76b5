// The whole window, as it is seen on the page, and each thing that a person can do there.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { close, glows, launch, limit, Machine, open, shows, until } from "./harness.mjs";

let machine;
let browser;
let page;

before(async () => {
  machine = await Machine.start({ speed: 5 });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await machine?.stop();
});

beforeEach(async () => {
  await machine.rest();
});

function row(name, prompt) {
  return page.getByRole("list", { name }).getByRole("listitem").filter({ hasText: prompt });
}

async function ask(prompt) {
  await page.getByLabel("Prompt").fill(prompt);
  await page.getByRole("button", { name: "Ask for a selfie" }).click();
}

async function windowIsOpen() {
  await until("a window is open", async () => (await machine.status()).windows.length > 0);
}

// All that the heading says from now on: read with headings().
function listenToHeading() {
  return page.evaluate(() => {
    const heading = document.querySelector("h1");
    globalThis.headings = [heading.textContent];
    new MutationObserver(() => globalThis.headings.push(heading.textContent)).observe(heading, {
      subtree: true,
      characterData: true,
      childList: true,
    });
  });
}

function headings() {
  return page.evaluate(() => globalThis.headings.join("\n"));
}

test("a whole window is seen, from the asking to the picture", { timeout: 4 * limit }, async () => {
  page = await open(browser, machine);
  await glows(page, "green");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "All here");

  await machine.holdRenders();
  await page.getByLabel("Prompt").fill("at the window");
  await page.locator("summary").click();
  await page.getByLabel("Steps").fill("60");
  await page.getByRole("button", { name: "Ask for a selfie" }).click();
  await page.getByText("The selfie is in the queue.").waitFor();

  await glows(page, "amber");
  await shows(page.getByRole("heading", { level: 1 }), /^Taking your photo, back in/);
  await shows(row("Senses", "Vision"), /away|leaving/);
  await page.getByAltText("How it looks so far").waitFor();
  assert.ok(await page.getByAltText("How it looks so far").evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  await shows(row("Queue", "at the window"), /[1-9]\d* %/);
  assert.match(await page.getByRole("img", { name: /^gpu0/ }).getAttribute("aria-label"), /comfyui [\d.]+ GiB/);
  await listenToHeading();
  await machine.clearFaults();

  await glows(page, "green");
  assert.match(await headings(), /on the way, back in/);
  await shows(row("Senses", "Vision"), /here[\s\S]*away \d+ s today/);
  await shows(page.locator(".chart figcaption"), /1 window · 1 render · vision away/);
  await shows(page.getByRole("list", { name: /What happened/ }), /vision is back/);
  await page.getByRole("button", { name: "Open selfie: at the window" }).click();
  const large = page.getByRole("dialog");
  await until("the picture is large", () => large.locator("img").evaluate((image) => image.complete && image.naturalWidth > 300));
  await page.keyboard.press("Escape");
  await large.waitFor({ state: "detached" });
  await close(page);
});

test("the second time she says for how long", { timeout: 4 * limit }, async () => {
  page = await open(browser, machine);
  await glows(page, "green");
  await machine.holdRenders();
  await ask("once more");
  await shows(page.getByRole("heading", { level: 1 }), /^Taking your photo, back in about \d+ (s|min)$/);
  await machine.clearFaults();
  await glows(page, "green");
  await close(page);
});

test("a film is played where it lies", { timeout: 4 * limit }, async () => {
  await machine.submit("waving", { steps: "4", frames: "17" }, "video");
  page = await open(browser, machine);
  await page.getByRole("button", { name: "Open video: waving" }).click({ timeout: 4 * limit });
  await until("it plays", () => page.locator("dialog video").evaluate((video) => video.readyState >= 2));
  await page.getByRole("button", { name: "Close" }).click();
  await close(page);
});

test("swapping is switched off and on, and what waits says why", { timeout: 4 * limit }, async () => {
  page = await open(browser, machine);
  await page.getByRole("switch", { name: "Swapping on" }).click();
  await page.getByText("Swapping is off: nobody is sent away any more.").waitFor();
  assert.equal((await machine.status()).swap.enabled, false);

  await ask("while it is off");
  await shows(row("Queue", "while it is off"), /swapping is off/i);
  await row("Queue", "while it is off").getByRole("button", { name: /^Cancel/ }).click();
  await page.getByText("The selfie is cancelled.").waitFor();
  await row("Failed and cancelled", "while it is off").waitFor();

  await page.getByRole("switch", { name: "Swapping off" }).click();
  await page.getByText("Swapping is on.").waitFor();
  assert.equal((await machine.status()).swap.enabled, true);

  await row("Failed and cancelled", "while it is off").getByRole("button", { name: /^Try again/ }).click();
  await page.getByText("The selfie is in the queue again.").waitFor();
  await page.getByRole("button", { name: "Open selfie: while it is off" }).waitFor();
  await close(page);
});

test("what failed says why, and is tried again", { timeout: 4 * limit }, async () => {
  await machine.act("/faults", { name: "comfyui.black" });
  await machine.submit("in the dark", { steps: "4" });
  page = await open(browser, machine);
  await shows(row("Failed and cancelled", "in the dark"), /failed.*black/s);
  await machine.clearFaults();
  await row("Failed and cancelled", "in the dark").getByRole("button", { name: /^Try again/ }).click();
  await page.getByRole("button", { name: "Open selfie: in the dark" }).waitFor();
  await close(page);
});

test("a sense is asked back in the middle of a window", { timeout: 4 * limit }, async () => {
  await machine.holdRenders();
  const job = await machine.submit("long");
  page = await open(browser, machine);
  await windowIsOpen();
  await row("Senses", "Vision").getByRole("button", { name: "Bring back" }).click();
  await page.getByText("Vision is back.").waitFor();
  await shows(page.locator(".swap"), /no window before/);
  await page.getByRole("button", { name: /^Cancel selfie: long/ }).click();
  await until("it is cancelled", async () => (await machine.ask("GET", `/v1/jobs/${job.id}`)).state === "cancelled");
  await machine.clearFaults();
  await close(page);
});

test("a window is called off", { timeout: 4 * limit }, async () => {
  // What lifts the pause after the one before: off and on again.
  await machine.ask("PUT", "/v1/swap", { enabled: false });
  await machine.ask("PUT", "/v1/swap", { enabled: true });
  await machine.holdRenders();
  const job = await machine.submit("too long");
  page = await open(browser, machine);
  await windowIsOpen();
  await page.getByRole("button", { name: "Call it off" }).click();
  await page.getByText("Called off: everyone is back.").waitFor();
  await glows(page, "green");
  await machine.ask("DELETE", `/v1/jobs/${job.id}`);
  await machine.clearFaults();
  await close(page);
});

test("a missing sense is red, and named", { timeout: 4 * limit }, async () => {
  page = await open(browser, machine);
  await glows(page, "green");
  await machine.act("/faults", { name: "lmstudio.load.fails" });
  await machine.act("/lmstudio/eject", { identifier: "qwen3-vl-8b" });
  await glows(page, "red");
  await shows(page.getByRole("heading", { level: 1 }), /^Vision is missing$/);
  await shows(row("Senses", "Vision"), /missing|failing/);
  await machine.clearFaults();
  await glows(page, "green");
  await shows(row("Senses", "Vision"), /Last trouble/);
  await close(page);
});

test("what is refused says why", { timeout: 4 * limit }, async () => {
  page = await open(browser, machine);
  await page.getByLabel("Prompt").fill("with too many steps");
  await page.locator("summary").click();
  await page.getByLabel("Steps").fill("many");
  page.troubles.length = 0;
  await page.getByRole("button", { name: "Ask for a selfie" }).click();
  await shows(page.getByRole("alert"), /"steps" must be a number/);
  assert.equal(await page.getByLabel("Prompt").inputValue(), "with too many steps");
  page.troubles = page.troubles.filter((text) => !/422/.test(text));
  await close(page);
});
