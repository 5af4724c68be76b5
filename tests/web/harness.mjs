// A simulated machine, a daemon on it, and a real browser that looks at its page. MALIN names the program; without it
// the one of build/dev is taken.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const malin = process.env.MALIN ?? join(here, "../../build/dev/malin");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const limit = 60_000;

export async function until(what, check, longest = limit) {
  const deadline = Date.now() + longest;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    assert.ok(Date.now() < deadline, `not within ${longest} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Program {
  constructor(...words) {
    this.text = "";
    this.process = spawn(malin, words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (bytes) => (this.text += bytes));
    this.ended = new Promise((resolve) => this.process.on("exit", resolve));
  }

  async says(pattern) {
    await until(`${pattern} in its output:\n${this.text}`, () => {
      assert.equal(this.process.exitCode, null, this.text);
      return pattern.test(this.text);
    });
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode === null) this.process.kill(signal);
    await this.ended;
    assert.doesNotMatch(this.text, /Sanitizer|runtime error:/);
  }
}

export class Machine {
  static async start({ speed = 10, token = "", webhook = null } = {}) {
    const machine = new Machine();
    machine.token = token;
    machine.folder = mkdtempSync(join(tmpdir(), "malin-web-"));
    machine.port = await freePort();
    machine.url = `http://127.0.0.1:${machine.port}`;
    machine.rig = new Program("rig", "--dir", machine.folder, "--speed", `${speed}`, "--api-port", `${machine.port}`);
    await machine.rig.says(/Ctrl-C/);
    machine.places = JSON.parse(readFileSync(join(machine.folder, "rig.json"), "utf8"));
    if (token) machine.configure("[api]\n", '[api]\ntoken_file = "api.token"\n', "api.token", token);
    if (webhook) {
      const section = `[webhook]\nurl = "${webhook.url}"\ntoken_file = "webhook.secret"\n\n[api]\n`;
      machine.configure("[api]\n", section, "webhook.secret", webhook.secret);
    }
    await machine.serve();
    return machine;
  }

  // Puts a secret into a file of its own, and `after` in the place of `before` in malin.toml.
  configure(before, after, file, secret) {
    writeFileSync(join(this.folder, file), secret, { mode: 0o600 });
    const path = join(this.folder, "malin.toml");
    writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
  }

  async serve() {
    this.daemon = new Program("serve", "--config", join(this.folder, "malin.toml"));
    await this.daemon.says(/she is ready/);
  }

  async ask(method, path, body) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
    return answer.json();
  }

  status() {
    return this.ask("GET", "/v1/status");
  }

  submit(prompt, params = {}, kind = "selfie") {
    return this.ask("POST", "/v1/jobs", { kind, prompt, params });
  }

  async act(path, body = {}) {
    const answer = await fetch(this.places.control.url + path, { method: "POST", body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  }

  async clearFaults() {
    await fetch(`${this.places.control.url}/faults`, { method: "DELETE" });
  }

  async rest() {
    await until("she is at rest", async () => {
      const now = await this.status();
      return now.glow === "green" && now.windows.length === 0 && now.queue.length === 0;
    });
  }

  async stop() {
    await this.daemon.stop();
    await this.rig.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

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
