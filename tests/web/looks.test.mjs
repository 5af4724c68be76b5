// How the page is made: small, self-contained, usable by everyone, on every size of screen.
// With MALIN_SCREENSHOTS=FOLDER the pictures of the documents are taken as well.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { close, glows, launch, limit, Machine, open, shows, until } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const bytesMax = 100_000;
let machine;
let browser;

before(async () => {
  machine = await Machine.start({ speed: 5 });
  browser = await launch();
  for (const prompt of ["at a rainy window, soft light, half a smile", "in the kitchen, flour on her nose, laughing"])
    await machine.submit(prompt, { steps: "4" });
  await machine.rest();
});

after(async () => {
  await browser?.close();
  await machine?.stop();
});

// From the outside, for the page's own policy lets no other script in.
async function faults(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.any.map((any) => any.message)}`).join("; ")}`);
}

function raw(path, headers = {}) {
  return new Promise((resolve, reject) => {
    get(machine.url + path, { headers }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    }).on("error", reject);
  });
}

async function picture(page, name) {
  const folder = process.env.MALIN_SCREENSHOTS;
  if (!folder) return;
  await page.evaluate(() => (document.activeElement.blur(), scrollTo(0, 0)));
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

for (const colorScheme of ["light", "dark"]) {
  test(`no serious fault for assistive tools, ${colorScheme}`, { timeout: 4 * limit }, async () => {
    const page = await open(browser, machine, { colorScheme, reducedMotion: "reduce" });
    await glows(page, "green");
    await page.locator(".thumb img").nth(1).waitFor();
    assert.deepEqual(await faults(page), []);
    await page.locator(".thumb").first().click();
    await page.locator("dialog img").waitFor();
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press("Escape");
    await machine.holdRenders();
    const job = await machine.submit("by the sea at dusk, wind in her hair", { steps: "50" });
    await machine.submit("asleep on the sofa with a book", { steps: "4" });
    await page.getByAltText("How it looks so far").waitFor();
    await shows(page.getByRole("list", { name: "Queue" }), /[3-9]\d %/);
    assert.deepEqual(await faults(page), []);
    await picture(page, `page-${colorScheme}`);
    await machine.ask("DELETE", `/v1/jobs/${job.id}`);
    await machine.clearFaults();
    await machine.rest();
    await close(page);
  });
}

test("on a phone nothing is cut off, and everything can be touched", { timeout: 4 * limit }, async () => {
  const page = await open(browser, machine, { ...phone, colorScheme: "dark", reducedMotion: "reduce" });
  await glows(page, "green");
  await page.locator(".thumb img").first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, summary, .choice label")]
      .filter((one) => one.getBoundingClientRect().height < 24 || one.getBoundingClientRect().width < 24)
      .map((one) => one.textContent),
  );
  assert.deepEqual(small, []);
  assert.deepEqual(await faults(page), []);
  await machine.holdRenders();
  const job = await machine.submit("on the balcony, first sun of the year", { steps: "50" });
  await page.getByAltText("How it looks so far").waitFor();
  await shows(page.getByRole("list", { name: "Queue" }), /[3-9]\d %/);
  await picture(page, "page-phone");
  await machine.ask("DELETE", `/v1/jobs/${job.id}`);
  await machine.clearFaults();
  await machine.rest();
  await close(page);
});

test("with a keyboard alone", { timeout: 4 * limit }, async () => {
  const page = await open(browser, machine);
  await glows(page, "green");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  await page.keyboard.press("Tab");
  assert.match(await focused(), /Swapping on/);
  await page.keyboard.press("Space");
  await page.getByRole("switch", { name: "Swapping off" }).waitFor();
  await until("it can be pressed again", () => page.getByRole("switch").isEnabled());
  await page.getByRole("switch").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("switch", { name: "Swapping on" }).waitFor();
  await until("nothing is pressed any more", () => page.getByRole("switch").isEnabled());
  await page.locator(".thumb").first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.className), /thumb/);
  await close(page);
});

test("who wants less motion gets none", { timeout: 4 * limit }, async () => {
  const page = await open(browser, machine, { reducedMotion: "reduce" });
  await glows(page, "green");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await close(page);
});

test("a screen reader hears changes, not seconds", { timeout: 4 * limit }, async () => {
  const page = await open(browser, machine);
  await glows(page, "green");
  await page.evaluate(() => {
    globalThis.heard = [];
    const line = document.querySelector('[aria-live="polite"]');
    new MutationObserver(() => globalThis.heard.push(line.textContent)).observe(line, { subtree: true, characterData: true, childList: true });
  });
  await machine.submit("heard", { steps: "20" });
  await glows(page, "amber");
  await glows(page, "green");
  const heard = await page.evaluate(() => globalThis.heard);
  assert.equal(heard[0], "Taking your photo, back soon");
  assert.equal(heard.at(-1), "All here");
  assert.ok(heard.length <= 4, heard.join(" | "));
  await close(page);
});

test("all of it is under 100 KB over the wire, and asked for again it costs nothing", async () => {
  const { body: html } = await raw("/");
  const paths = ["/", ...html.toString().match(/(?<=(?:href|src)=")\/[^"]+/g)];
  assert.ok(paths.length >= 4);
  let total = 0;
  for (const path of paths) {
    const packed = await raw(path, { "Accept-Encoding": "gzip, br" });
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal(packed.headers.vary, "Accept-Encoding");
    total += packed.body.length + JSON.stringify(packed.headers).length;
    const plain = await raw(path, { "Accept-Encoding": "gzip;q=0" });
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.ok(plain.body.length > packed.body.length || plain.body.length < 600);
    const again = await raw(path, { "Accept-Encoding": "gzip", "If-None-Match": packed.headers.etag });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    assert.match(packed.headers["content-security-policy"], /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(packed.headers["content-security-policy"], /unsafe|https?:|\*/);
  }
  assert.ok(total < bytesMax, `${total} bytes`);
  assert.doesNotMatch(html.toString(), /<script>|<style>| style=| on\w+=/);
});
