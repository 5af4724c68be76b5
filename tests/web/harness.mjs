// A real browser that looks at the page of a daemon on a simulated machine.
import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { limit, Machine, until } from "./machine.mjs";

export { limit, Machine, until };
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export function launch() {
  // The sandbox of the browser cannot be had as root, as in most containers.
  return chromium.launch({ executablePath: browserPath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
}

// A page that notices what must not happen: a request to elsewhere, a breach of the content policy, a broken script.
// `expected`: console errors that belong to the test, such as a daemon that is away.
export async function open(browser, machine, { expected = /^$/, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(limit);
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(`${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) page.troubles.push(message.text());
  });
  page.on("request", (request) => {
    const isOurs = request.url().startsWith(`${machine.url}/`) || request.url().startsWith("blob:");
    if (!isOurs) page.troubles.push(`asks elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`));
  });
  await page.goto(machine.url);
  return page;
}

export async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

export async function glows(page, glow) {
  await page.locator(`.hero[data-glow="${glow}"]`).waitFor();
}

export async function shows(locator, pattern) {
  await until(`${pattern} is shown`, async () => {
    const texts = await locator.allInnerTexts();
    return texts.some((text) => pattern.test(text));
  });
}
