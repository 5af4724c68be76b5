// The page over time and among others: the daemon dies and comes back, two tabs, a token, a page of another origin.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { close, glows, launch, limit, Machine, open, shows, until } from "./harness.mjs";

const away = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Failed to fetch/;
let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function withMachine(options, run) {
  const machine = await Machine.start(options);
  try {
    await run(machine);
  } finally {
    await machine.stop();
  }
}

function timeline(page) {
  return page.getByRole("list", { name: /What happened/ }).getByRole("listitem").allInnerTexts();
}

test("the daemon is killed and started again: she says so, and nothing is missed", { timeout: 4 * limit }, async () => {
  await withMachine({ speed: 10 }, async (machine) => {
    const page = await open(browser, machine, { expected: away });
    const asked = [];
    page.on("request", (request) => {
      if (request.url().includes("/v1/events")) asked.push(request.headers()["last-event-id"]);
    });
    await machine.submit("before", { steps: "4" });
    await page.getByRole("button", { name: "Open selfie: before" }).waitFor();
    await machine.rest();

    await machine.daemon.stop("SIGKILL");
    await shows(page.getByRole("heading", { level: 1 }), /^Nobody answers$/);
    await glows(page, "none");
    await shows(page.getByRole("alert"), /The daemon does not answer since/);

    await machine.serve();
    await machine.submit("after", { steps: "4" });
    await glows(page, "green");
    await page.getByRole("button", { name: "Open selfie: after" }).waitFor();
    await machine.rest();
    const rows = (await (await fetch(`${machine.url}/v1/events?follow=false&limit=1000`)).text()).match(/"text":"[^"]*"/g);
    await until("every line is there once", async () => (await timeline(page)).length === rows.length);
    assert.ok(Number(asked.at(-1)) > 0, "the stream goes on where it broke");
    await close(page);
  });
});

test("what one tab does the other shows", { timeout: 4 * limit }, async () => {
  await withMachine({ speed: 10 }, async (machine) => {
    const [one, other] = [await open(browser, machine), await open(browser, machine)];
    await glows(other, "green");
    await one.getByRole("switch", { name: "Swapping on" }).click();
    await other.getByRole("switch", { name: "Swapping off" }).waitFor();
    await one.getByLabel("Prompt").fill("seen by both");
    await one.getByRole("button", { name: "Ask for a selfie" }).click();
    await shows(other.getByRole("list", { name: "Queue" }), /seen by both/);
    await other.getByRole("switch", { name: "Swapping off" }).click();
    await one.getByRole("button", { name: "Open selfie: seen by both" }).waitFor();
    await other.getByRole("button", { name: "Open selfie: seen by both" }).waitFor();
    await close(one);
    await close(other);
  });
});

test("a daemon with a token asks for it once a tab", { timeout: 4 * limit }, async () => {
  await withMachine({ speed: 10, token: "open sesame" }, async (machine) => {
    const page = await open(browser, machine, { expected: /401/ });
    await page.getByLabel("Token").fill("open says me");
    await page.keyboard.press("Enter");
    await page.getByText("That is not the token.").waitFor();
    await page.getByLabel("Token").fill("open sesame");
    await page.getByRole("button", { name: "Come in" }).click();
    await glows(page, "green");
    await page.getByLabel("Prompt").fill("with the token");
    await page.getByRole("button", { name: "Ask for a selfie" }).click();
    const picture = page.getByRole("button", { name: "Open selfie: with the token" }).locator("img");
    await until("its picture is there", () => picture.evaluate((image) => image.complete && image.naturalWidth > 0));
    await page.reload();
    await glows(page, "green");
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await close(page);
    const refused = await fetch(`${machine.url}/v1/status`);
    assert.equal(refused.status, 401);
  });
});

test("a page of another origin changes nothing", { timeout: 4 * limit }, async () => {
  await withMachine({ speed: 10 }, async (machine) => {
    const server = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<title>x</title>"));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const tried = await page.evaluate(async (url) => {
      const outcomes = [];
      const attempt = async (path, options) => {
        const outcome = await fetch(url + path, options).then((answer) => answer.type, () => "failed");
        outcomes.push(outcome);
      };
      const json = { "Content-Type": "application/json" };
      await attempt("/v1/swap", { method: "PUT", headers: json, body: '{"enabled":false}' });
      await attempt("/v1/jobs", { method: "POST", mode: "no-cors", body: '{"kind":"selfie","prompt":"stolen"}' });
      await attempt("/v1/swap/abort", { method: "POST", mode: "no-cors" });
      await attempt("/v1/status", {});
      return outcomes;
    }, machine.url);
    assert.deepEqual(tried, ["failed", "opaque", "opaque", "failed"]);
    const now = await machine.status();
    assert.equal(now.swap.enabled, true);
    assert.deepEqual(now.queue, []);
    assert.equal((await machine.ask("GET", "/v1/jobs")).jobs.length, 0);
    await page.context().close();
    server.close();
  });
});

test("the stream tells of the glow by itself", { timeout: 4 * limit }, async () => {
  await withMachine({ speed: 10 }, async (machine) => {
    const answer = await fetch(`${machine.url}/v1/events?limit=0`);
    await machine.submit("glowing", { steps: "4" });
    const seen = [];
    let rest = "";
    for await (const bytes of answer.body) {
      rest += Buffer.from(bytes).toString();
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        if (block.startsWith("event: glow")) seen.push(JSON.parse(block.split("data: ")[1]).glow);
      }
      if (seen.join() === "green,amber,green" || seen.length > 3) break;
    }
    assert.deepEqual(seen, ["green", "amber", "green"]);
  });
});
