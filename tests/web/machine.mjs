// A simulated machine and a daemon on it. MALIN names the program; without it the one of build/dev is taken.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const malin = process.env.MALIN ?? join(here, "../../build/dev/malin");
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

  says(pattern) {
    return until(`${pattern} in its output:\n${this.text}`, () => {
      assert.equal(this.process.exitCode, null, this.text);
      return this.text.match(pattern);
    });
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode === null) this.process.kill(signal);
    await this.ended;
    assert.doesNotMatch(this.text, /Sanitizer|runtime error:/);
  }
}

export class Machine {
  // `proxy`: lines for the chat proxy's section; null: there is no proxy.
  static async start({ speed = 10, ...options } = {}) {
    const machine = new Machine();
    machine.folder = mkdtempSync(join(tmpdir(), "malin-web-"));
    machine.port = await freePort();
    machine.url = `http://127.0.0.1:${machine.port}`;
    machine.rig = new Program("rig", "--dir", machine.folder, "--speed", `${speed}`, "--api-port", `${machine.port}`);
    try {
      await machine.begin(options);
    } catch (error) {
      await machine.stop();
      throw error;
    }
    return machine;
  }

  async begin({ token = "", webhook = null, proxy = null }) {
    await this.rig.says(/Ctrl-C/);
    this.places = JSON.parse(readFileSync(join(this.folder, "rig.json"), "utf8"));
    this.token = token;
    if (token) this.configure("[api]\n", '[api]\ntoken_file = "api.token"\n', "api.token", token);
    if (webhook) {
      const section = `[webhook]\nurl = "${webhook.url}"\ntoken_file = "webhook.secret"\n\n[api]\n`;
      this.configure("[api]\n", section, "webhook.secret", webhook.secret);
    }
    if (proxy !== null) {
      appendFileSync(join(this.folder, "malin.toml"), `\n[proxy]\nlisten = "127.0.0.1:0"\n${proxy}\n`);
    }
    await this.serve();
    if (proxy !== null) this.proxyPort = (await this.daemon.says(/chat proxy listens on port (\d+)/))[1];
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

  // Of the simulated machine.
  async state() {
    return (await fetch(`${this.places.control.url}/state`)).json();
  }

  // Every render stays where half its steps are done, until clearFaults(): what is looked at does not pass by.
  holdRenders() {
    return this.act("/faults", { name: "comfyui.stalls", amount: 0.5 });
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
    await this.daemon?.stop();
    await this.rig.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
